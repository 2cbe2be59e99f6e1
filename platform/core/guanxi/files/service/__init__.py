"""What can be done with files."""

from guanxi.files.service.cleaning import Cleaned, remove_orphans
from guanxi.files.service.keeping import REPORT_TIME, claim_file, get_ready_file, keep_local_file, local_path
from guanxi.files.service.storage import FileStore, LocalFiles, store_of
from guanxi.files.service.uploads import Upload, create_upload, download_path, open_download, receive

__all__ = [
    "REPORT_TIME",
    "Cleaned",
    "FileStore",
    "LocalFiles",
    "Upload",
    "claim_file",
    "create_upload",
    "download_path",
    "get_ready_file",
    "keep_local_file",
    "local_path",
    "open_download",
    "receive",
    "remove_orphans",
    "store_of",
]
