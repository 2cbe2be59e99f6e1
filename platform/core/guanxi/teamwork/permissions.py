"""What an actor may be allowed to do with tasks, notes and appraisals."""

from guanxi.permissions import Permission

READ_TASKS = Permission("teamwork.task.read", "See tasks", "查看任务")
WRITE_TASKS = Permission("teamwork.task.write", "Create and complete tasks", "创建和完成任务")
READ_NOTES = Permission("teamwork.note.read", "Read internal notes", "查看内部备注")
WRITE_NOTES = Permission("teamwork.note.write", "Write internal notes", "填写内部备注")
READ_APPRAISALS = Permission("teamwork.appraisal.read", "See targets and scores of posts", "查看岗位目标与绩效")
MANAGE_APPRAISALS = Permission("teamwork.appraisal.manage", "Set targets, close periods", "设定目标、结算绩效")
