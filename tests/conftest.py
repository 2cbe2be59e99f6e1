"""What every test here runs under."""

from hypothesis import HealthCheck, settings

from guanxi.testing import counts

settings.register_profile(
    "guanxi",
    max_examples=counts.scaled(300),
    deadline=None,  # a slow machine is no counterexample
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    print_blob=True,
)
settings.load_profile("guanxi")
