"""Only what somebody changed makes two definitions differ."""

from __future__ import annotations

import re

import pytest

from kvmtui.model.comparison import GAP, Comparison, compare
from kvmtui.model.xml import Malformed

NOW = """<domain type='kvm'>
  <name>web</name>
  <memory unit='KiB'>1048576</memory>
  <vcpu>2</vcpu>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/img/web.s2.qcow2'/>
      <backingStore type='file'><source file='/img/web.qcow2'/></backingStore>
      <target dev='vda' bus='virtio'/>
    </disk>
    <controller type='usb' index='0' model='none'/>
    <interface type='network'>
      <mac address='52:54:00:00:00:01'/>
      <source network='default'/>
    </interface>
    <graphics type='vnc' port='-1' autoport='yes'/>
  </devices>
</domain>"""

RUNNING = """<domain id='7' type='kvm'>
  <name>web</name><memory unit='KiB'>1048576</memory><vcpu>2</vcpu>
  <devices>
    <interface type='network'>
      <mac address='52:54:00:00:00:01'/>
      <source network='default' portid='8f1d' bridge='virbr0'/>
      <target dev='vnet3'/><alias name='net0'/>
    </interface>
    <graphics port='5900' type='vnc' autoport='yes' passwd='hunter2'/>
    <controller index='0' model='none' type='usb'><alias name='usb'/></controller>
    <disk type='file' device='disk'>
      <source file='/img/web.s2.qcow2' index='3'/>
      <driver type='qcow2' name='qemu'/>
      <backingStore/>
      <target dev='vda' bus='virtio'/><alias name='virtio-disk0'/>
    </disk>
  </devices>
  <seclabel type='dynamic' model='dac' relabel='yes'><label>+0:+0</label></seclabel>
</domain>"""
"""The same machine as libvirt writes it while it runs."""

CHAINS = {"vda": {"/img/web.s2.qcow2", "/img/web.s1.qcow2", "/img/web.qcow2"}}


def against(then: str, now: str = NOW) -> Comparison:
    return compare(f"<domainsnapshot><name>s1</name>{then}</domainsnapshot>", now, CHAINS)


def test_a_definition_does_not_differ_from_itself() -> None:
    assert against(NOW) == Comparison((), ())


def test_what_only_a_running_domain_has_is_no_difference() -> None:
    reordered = RUNNING.replace(
        "<source file='/img/web.s2.qcow2' index='3'/>\n      <driver type='qcow2' name='qemu'/>",
        "<driver type='qcow2' name='qemu'/>\n      <source file='/img/web.s2.qcow2' index='3'/>",
    )
    assert against(reordered) == Comparison((), ())


def test_the_order_of_controllers_is_no_difference() -> None:
    usb = "<controller type='usb' index='0' model='none'/>"
    more = [f"<controller type='{kind}' index='{n}'/>" for kind, n in (("pci", 9), ("pci", 10))]
    orders = ([usb, *more], [*reversed(more), usb])
    then, now = (NOW.replace(usb, "".join(order)) for order in orders)
    assert against(then, now) == Comparison((), ())
    assert against(then, NOW).lines


def test_aliases_that_somebody_gave_are_a_difference() -> None:
    named = NOW.replace("<source network='default'/>", "<alias name='ua-lan'/>")
    assert any("ua-lan" in line for line in against(named).lines)


def test_the_inactive_definition_is_the_one_that_counts() -> None:
    live = NOW.replace("<vcpu>2", "<vcpu>1")
    inactive = NOW.replace("<domain type", "<inactiveDomain type").replace(
        "</domain>", "</inactiveDomain>"
    )
    assert against(live + inactive) == Comparison((), ())


@pytest.mark.parametrize("file", ["web.qcow2", "web.s1.qcow2"])
def test_a_disk_that_has_got_layers_since_is_the_same_disk(file: str) -> None:
    raw = NOW.replace("web.s2.qcow2", file).replace("type='qcow2'/>\n", "type='raw'/>\n")
    assert raw != NOW
    assert against(raw) == Comparison((), ())


def test_a_disk_on_a_file_of_no_layer_differs() -> None:
    lines = against(NOW.replace("web.s2.qcow2", "old.qcow2")).lines
    assert [line for line in lines if line[0] in "+-"] == [
        '-      <source file="/img/old.qcow2"/>',
        '+      <source file="/img/web.s2.qcow2"/>',
    ]


def test_a_difference_is_said_and_shown_with_its_surroundings() -> None:
    then = NOW.replace("<vcpu>2", "<vcpu>4").replace("type='vnc'", "type='spice'")
    found = against(then)
    assert found.differences == (
        "4 vCPUs then, 2 now",
        "graphics spice gone since",
        "graphics vnc added since",
    )
    assert "-  <vcpu>4</vcpu>" in found.lines
    assert "+  <vcpu>2</vcpu>" in found.lines
    assert "   <name>web</name>" in found.lines
    assert GAP in found.lines
    assert not any(re.match(r"---|\+\+\+|@@", line) for line in found.lines)


def test_a_detached_disk_leaves_the_lines_of_the_others_alone() -> None:
    more = "<disk type='file' device='disk'><source file='/d'/><target dev='{}'/></disk>"
    first = NOW.replace("<devices>", f"<devices>{more.format('sda')}")
    changed = [line for line in against(first).lines if line[0] in "+-"]
    assert len(changed) == 4
    assert all(line.startswith("-") for line in changed)


def test_secrets_are_not_compared_and_never_shown() -> None:
    secret = NOW.replace("autoport='yes'", "autoport='yes' passwd='hunter2'")
    assert "hunter2" not in str(against(secret.replace("<vcpu>2", "<vcpu>3")))


def test_a_namespace_and_a_text_of_several_lines_come_through() -> None:
    text = "<description>one\n two &amp; &lt;b&gt;</description>"
    then = NOW.replace("</memory>", f"</memory>{text}").replace(
        "</devices>",
        "</devices><q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'/>",
    )
    lines = against(then).lines
    assert "- two &amp; &lt;b&gt;</description>" in lines
    assert any("commandline" in line for line in lines)


def test_a_snapshot_without_definition_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="no definition"):
        against("")
    with pytest.raises(Malformed):
        against("<domain>")
