"""A demonstration shop: a Chinese tea-ware merchant with two years of customers and purchases."""

from guanxi.demo.run import run

__all__ = ["run"]
