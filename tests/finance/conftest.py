"""Property tests here have no deadline: the first call loads the rule tables, and machines may be busy."""

from hypothesis import settings

settings.register_profile("caiwen-finance", deadline=None)
settings.load_profile("caiwen-finance")
