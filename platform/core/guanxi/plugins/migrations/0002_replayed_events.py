from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('plugins', '0001_initial')]

    initial = False

    operations = [
        ops.AddField(
            model_name='OutboxEvent',
            name='is_replay',
            field=fields.BooleanField(default=False, description='It was told late: whoever follows does not hear of it.'),
        ),
    ]
