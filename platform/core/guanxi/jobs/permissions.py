"""What an actor may be allowed to do with jobs."""

from guanxi.permissions import Permission

READ_JOBS = Permission("jobs.job.read", "See background jobs", "查看后台任务")
RERUN_JOBS = Permission("jobs.job.rerun", "Run failed background jobs again", "重新执行失败的后台任务")
