"""Membership keeps what every plugin promises."""

from guanxi.testing.contract import PluginContract


class TestMembership(PluginContract):
    """The conformance suite over the bundled plugin."""

    plugin = "membership"
