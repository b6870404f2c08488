"""Pictures are taken one after the other, and nobody waits for one that hangs."""

import asyncio

from connectors.browser.turns import Turn


class TestTurn:
    def test_comes_to_one_after_the_other(self) -> None:
        asyncio.run(self._one_after_the_other())

    async def _one_after_the_other(self) -> None:
        turn, inside, most = Turn(), 0, 0

        async def take() -> bool:
            nonlocal inside, most
            async with turn.taken() as came:
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0)
                inside -= 1
            return came

        assert await asyncio.gather(*(take() for _ in range(4))) == [True] * 4
        assert most == 1

    def test_is_not_waited_for_behind_one_that_hangs(self) -> None:
        asyncio.run(self._behind_one_that_hangs())

    async def _behind_one_that_hangs(self) -> None:
        turn = Turn(patience=0.01)
        async with turn.taken(), turn.taken() as came:
            assert not came
        async with turn.taken() as came:
            assert came
