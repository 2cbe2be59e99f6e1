"""GraphQL of files."""

from guanxi.context import Context
from guanxi.files import loaders as _loaders  # noqa: F401 - declares its fields
from guanxi.files import models, permissions, service, types
from guanxi.files.service.uploads import MAX_BYTES
from guanxi.schema.declare import key
from guanxi.schema.roots import Query

schema = types.schema

schema.add(Query, "file", types.File | None, key(models.File, description="One file, by its id."))


@schema.mutation(permission=permissions.UPLOAD_FILES)
async def create_upload(ctx: Context, values: types.CreateUploadInput) -> types.CreateUploadPayload | None:
    """Announce a file; the answer says where its bytes go."""
    made = await service.create_upload(ctx, values.name, str(values.purpose))
    upload = types.Upload(url=made.path, expires_at=made.expires_at, max_bytes=MAX_BYTES, file_id=made.file_id)
    return types.CreateUploadPayload(upload=upload)
