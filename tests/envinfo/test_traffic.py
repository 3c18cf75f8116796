"""Disks and networks: which devices are counted, and whose traffic it is."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from colab_magics.envinfo.monitor.rates import FIRST, Flow
from colab_magics.envinfo.monitor.traffic import Traffic, disks, links
from colab_magics.envinfo.reading import Missing, Reading

Grow = Callable[[Mapping[str, str]], Path]

DISKS = """\
   7       0 loop0 9 0 900 0 9 0 900 0 0 0 0 0 0 0 0
   8       0 sda 5 0 {read} 0 5 0 {written} 0 0 0 0 0 0 0 0
   8       1 sda1 5 0 {read} 0 5 0 {written} 0 0 0 0 0 0 0 0
 259       0 nvme0n1 5 0 {read} 0 5 0 0 0 0 0 0 0 0 0 0
 259       1 nvme0n1p1 5 0 {read} 0 5 0 0 0 0 0 0 0 0 0 0
 253       0 dm-0 5 0 {read} 0 5 0 {written} 0 0 0 0 0 0 0 0
 252       0 zram0 5 0 9 0 5 0 9 0 0 0 0 0 0 0 0
   9       0 md0 5 0 {read} 0 5 0 {written} 0 0 0 0 0 0 0 0
   1       0 ram0
"""
LINKS = """\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 999999 9 0 0 0 0 0 0 999999 9 0 0 0 0 0 0
  eth0:{received} 9 0 0 0 0 0 0 {sent} 9 0 0 0 0 0 0
docker0: {received} 9 0 0 0 0 0 0 {sent} 9 0 0 0 0 0 0
"""
V2 = {
    "proc/self/cgroup": "0::/box",
    "proc/self/mountinfo": "35 24 0:28 / /cg rw - cgroup2 none rw",
}


def between(traffic: Traffic, change: Callable[[], object]) -> Reading[Flow]:
    """The flow over two seconds, between which ``change`` happens."""
    assert traffic.read(2.0) == FIRST
    change()
    flow = traffic.read(2.0)
    traffic.close()
    return flow


def test_whole_disks_are_counted_once_in_sectors_of_512_bytes(grow: Grow) -> None:
    root = grow({"proc/diskstats": DISKS.format(read=0, written=0)})
    traffic = disks(root)
    assert traffic.source == "all disks of this machine"
    later = DISKS.format(read=4, written=40)
    assert between(traffic, lambda: grow({"proc/diskstats": later})) == Flow(2 * 4 * 512 / 2, 40 * 512 / 2)


def test_the_own_group_is_counted_where_it_counts(grow: Grow) -> None:
    table = "8:0 rbytes={0} wbytes={1} rios=1 wios=1 dbytes=0 dios=0\n253:0 rbytes={0} wbytes={1}\n259:0\n"
    root = grow({**V2, "cg/box/io.stat": table.format(0, 0), "proc/diskstats": DISKS.format(read=0, written=0)})
    traffic = disks(root)
    assert traffic.source == "this container or session"
    # 253:0 is dm-0, which is on sda: its bytes are there already.
    assert between(traffic, lambda: grow({"cg/box/io.stat": table.format(600, 80)})) == Flow(300.0, 40.0)


def test_a_group_that_has_not_read_anything_yet_is_at_rest(grow: Grow) -> None:
    root = grow({**V2, "cg/box/io.stat": ""})
    assert between(disks(root), lambda: None) == Flow(0.0, 0.0)


@pytest.mark.parametrize("table", ["", "   8       0 sda garbage\n", "7 0 loop0 9 0 900 0 9 0 900 0\n", "\0\0"])
def test_a_system_that_counts_no_disk_says_so(grow: Grow, table: str) -> None:
    traffic = disks(grow({"proc/diskstats": table}))
    assert traffic.read(1.0) == Missing("this system counts no disk")
    traffic.close()


def test_real_devices_are_counted_and_bridges_are_not(grow: Grow) -> None:
    root = grow({"proc/net/dev": LINKS.format(received=0, sent=0), "sys/class/net/eth0/device/vendor": "x"})
    later = LINKS.format(received=4_000_000_000, sent=10)
    assert between(links(root), lambda: grow({"proc/net/dev": later})) == Flow(2e9, 5.0)


def test_a_container_has_only_links_that_are_not_real(grow: Grow) -> None:
    root = grow({"proc/net/dev": LINKS.format(received=0, sent=0).replace("docker0", "eth1")})
    later = LINKS.format(received=10, sent=20).replace("docker0", "eth1")
    assert between(links(root), lambda: grow({"proc/net/dev": later})) == Flow(10.0, 20.0)


def test_a_machine_alone_has_no_network(grow: Grow) -> None:
    traffic = links(grow({"proc/net/dev": "    lo: 1 9 0 0 0 0 0 0 1 9 0 0 0 0 0 0\n"}))
    assert traffic.read(1.0) == Missing("there is no network but the machine's own")
    traffic.close()


def test_a_file_that_cannot_be_read_has_its_reason(tmp_path: Path) -> None:
    assert links(tmp_path).read(1.0) == Missing("dev cannot be read (No such file or directory)")
    assert disks(tmp_path).read(1.0) == Missing("diskstats cannot be read (No such file or directory)")


def test_what_is_really_written_is_counted(tmp_path: Path) -> None:
    traffic = disks(Path("/"))
    if isinstance(traffic.read(1.0), Missing) and traffic.read(1.0) == Missing("this system counts no disk"):
        pytest.skip("no disk is counted here")
    with (tmp_path / "file").open("wb") as file:
        file.write(bytes(8 * 2**20))
        file.flush()
        import os

        os.fsync(file.fileno())
    time.sleep(0.1)
    flow = traffic.read(1.0)
    traffic.close()
    if isinstance(flow, Flow) and flow.outward == 0:
        pytest.skip("the temporary folder is not on a disk that is counted")
    assert isinstance(flow, Flow)
    assert flow.outward >= 8 * 2**20
