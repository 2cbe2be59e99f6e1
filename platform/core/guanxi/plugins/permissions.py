"""What one may do with plugins."""

from guanxi.permissions import Permission

READ_PLUGINS = Permission("plugins.plugin.read", "See the plugins and their state", "查看插件及其状态")
MANAGE_PLUGINS = Permission(
    "plugins.plugin.enable", "Enable, disable, purge and set up plugins", "启用、停用、清除和设置插件"
)
