"""Device nodes of GPUs."""

from pathlib import Path

from envinfo.machines import Machine

from colab_magics.envinfo.why.nodes import read_nodes


def test_the_nodes_of_gpus_and_no_others(tmp_path: Path) -> None:
    wanted = ("dxg", "kfd", "nvidia-uvm", "nvidia0", "nvidiactl", "dri/renderD128")
    root = Machine(tmp_path).nodes(*wanted, "null", "nvidia-uvm-tools", "nvidia-modeset", "dri/card0", "kvm").root
    nodes = read_nodes(root)
    assert {node.name for node in nodes} == {f"/dev/{name}" for name in wanted}
    assert all(node.is_permitted for node in nodes)


def test_no_dev_at_all(tmp_path: Path) -> None:
    assert read_nodes(tmp_path) == ()


def test_a_link_that_leads_nowhere_is_no_way_to_a_gpu(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev/nvidia0").symlink_to("gone")
    (node,) = read_nodes(tmp_path)
    assert not node.is_permitted


def test_thousands_of_nodes_are_not_all_read(tmp_path: Path) -> None:
    Machine(tmp_path).nodes(*(f"nvidia{number}" for number in range(200)))
    assert len(read_nodes(tmp_path)) == 64
