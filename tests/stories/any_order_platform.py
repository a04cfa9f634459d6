"""A platform whose acts and targets are changed by others, too."""

from bot.domain.remedy import Live, Reason, Risk
from tests.conftest import FakeRestart
from tests.stories.process import Turn


class Platform(FakeRestart):
    """One act on a target that others change, too; `judge` is asked whenever it is called."""

    def __init__(self, clock, judge, name, risk=Risk.HIGH):
        super().__init__(clock)
        self.name, self.judge, self.risk = name, judge, risk
        self.target, self.deploy, self.restarts, self.effective = "srv-1", 1, 0, True
        self.reads = {}  # what each turn has read last

    @property
    def stands(self):
        return Live(f"dep-{self.deploy}", f"evt-{self.restarts}", ("srv-1-a",))

    def suits(self, evidence, wish=None):
        return Reason("the process is down", self.target, ("S1",), self.stands)

    async def live(self):
        self.now_live = self.stands
        self.reads[Turn.now.get()] = await super().live()
        return self.now_live

    async def run(self, proposal):
        await self.judge(self, proposal)
        self.restarts += self.effective
        return await super().run(proposal)
