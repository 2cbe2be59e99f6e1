"""What an actor may be allowed to do with files."""

from guanxi.permissions import Permission

UPLOAD_FILES = Permission("files.file.upload", "Upload files", "上传文件")
READ_FILES = Permission("files.file.read", "See and download files", "查看和下载文件")
