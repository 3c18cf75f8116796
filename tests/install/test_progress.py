"""Events folded into what is seen."""

from colab_magics.install.events import BytesArrived, LineSaid, PhaseBegan, Started, TimePassed
from colab_magics.install.progress import Progress


def test_a_download() -> None:
    state = Progress(began=0, now=0)
    for time, event in enumerate(
        (Started("pip"), PhaseBegan("downloading", "numpy.whl"), BytesArrived(1 << 20, 4 << 20))
    ):
        state = state.fold(event, time)
    assert state.line() == "downloading numpy.whl · 1.0 MB of 4.0 MB · 2.0 s"
    assert state.ratio == 0.25
    state = state.fold(PhaseBegan("installing"), 3)
    assert (state.words, state.ratio) == ("installing", None)
    state = state.fold(TimePassed(), 65)
    assert state.elapsed == "1 min 05 s"


def test_a_detail_stays_while_its_phase_does() -> None:
    state = Progress().fold(PhaseBegan("building", "a"), 0).fold(PhaseBegan("building"), 0)
    assert state.words == "building from source a"
    assert state.fold(PhaseBegan("verifying"), 0).words == "verifying"


def test_the_log_is_short() -> None:
    state = Progress()
    for number in range(1000):
        state = state.fold(LineSaid(f"{number} " + "x" * 5000), number)
    assert [line.split()[0] for line in state.log] == [str(number) for number in range(988, 1000)]
    assert sum(map(len, state.log)) <= 12 * 200
