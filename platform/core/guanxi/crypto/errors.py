"""What can be wrong with keys and with what they sealed."""

from guanxi.errors import GuanxiError, Text


class UnusableKeysError(GuanxiError):
    """The installation's keys are missing, malformed or readable for others."""

    code = "KEYS_UNUSABLE"


class UnknownKeyError(GuanxiError):
    """A value was sealed with a key that this installation does not have, or no longer."""

    code = "KEY_UNKNOWN"


class UnreadableError(GuanxiError):
    """A sealed value was altered, or stands where it was not sealed for."""

    code = "VALUE_UNREADABLE"


def no_keys() -> UnusableKeysError:
    """PostgreSQL, and nobody said where the keys are."""
    return UnusableKeysError(
        Text("There are no keys to encrypt personal data with.", "缺少用于加密个人数据的密钥。"),
        hint=Text(
            "Set GUANXI_KEY_FILE to a file that all processes read, and make it with: guanxi keys add.",
            "请将 GUANXI_KEY_FILE 设为所有进程都可读取的文件，并用 guanxi keys add 创建。",
        ),
    )


def file_is_missing(path: str) -> UnusableKeysError:
    """There is a database, but not the key file beside it."""
    return UnusableKeysError(
        Text(f"The key file {path} is not there.", f"密钥文件 {path} 不存在。"),
        hint=Text(
            "Put back the file that belongs to this database; for a new installation make one: guanxi keys add.",
            "请恢复与该数据库对应的密钥文件；全新安装请执行 guanxi keys add 创建。",
        ),
    )


def file_is_open(path: str, mode: int) -> UnusableKeysError:
    """Others than the owner may read the key file."""
    return UnusableKeysError(
        Text(
            f"The key file {path} can be read by others (mode {mode:o}).",
            f"密钥文件 {path} 可被他人读取（权限 {mode:o}）。",
        ),
        hint=Text(f"Run: chmod 600 {path}", f"请执行：chmod 600 {path}"),
    )


def malformed(place: str) -> UnusableKeysError:
    """A line that is no key. The line itself is not shown."""
    return UnusableKeysError(
        Text(f"{place} is no key.", f"{place} 不是有效的密钥。"),
        hint=Text(
            "A key is 8 hexadecimal digits, a colon and 32 bytes in base64; guanxi keys add writes one.",
            "密钥格式为 8 位十六进制数、冒号和 32 字节的 base64；可用 guanxi keys add 生成。",
        ),
    )


def unknown_key(key_id: str) -> UnknownKeyError:
    """The ring lacks a key."""
    return UnknownKeyError(
        Text(f"The key {key_id} is not among the installation's keys.", f"安装密钥中没有 {key_id}。"),
        hint=Text(
            f"Add the line that starts with {key_id} to the key file; old keys stay in it while anything needs them.",
            f"请把以 {key_id} 开头的行加入密钥文件；仍被使用的旧密钥须保留。",
        ),
        details={"keyId": key_id},
    )


def unreadable(place: str) -> UnreadableError:
    """The seal is broken."""
    return UnreadableError(
        Text(f"The value of {place} cannot be decrypted.", f"无法解密 {place} 的值。"),
        hint=Text(
            "It was changed or moved past the application, or its customer was erased. Restore the row from a backup.",
            "该值被绕过应用修改或移动，或其客户的密钥已销毁。请从备份恢复该行。",
        ),
    )
