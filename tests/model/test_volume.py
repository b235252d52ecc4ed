"""What a storage pool tells of an image."""

from __future__ import annotations

from kvmtui.model.volume import Volume, read

OVERLAY = """\
<volume type='file'>
  <name>top.qcow2</name>
  <capacity unit='bytes'>16777216</capacity>
  <allocation unit='bytes'>200704</allocation>
  <physical unit='bytes'>196616</physical>
  <target>
    <path>/img/máy chủ.qcow2</path>
    <format type='qcow2'/>
    <timestamps>
      <atime>1795288249.5</atime>
      <mtime>1795288258.129757965</mtime>
    </timestamps>
    <encryption format='luks'/>
  </target>
  <backingStore>
    <path>/img/base.img</path>
    <format type='raw'/>
  </backingStore>
</volume>
"""


def test_a_volume_tells_its_sizes_its_time_and_what_it_stands_on() -> None:
    assert read(OVERLAY) == Volume(
        path="/img/máy chủ.qcow2",
        kind="file",
        format="qcow2",
        capacity=16_777_216,
        used=200_704,
        changed=1795288258.129757965,
        encryption="luks",
        base="/img/base.img",
        base_format="raw",
    )


def test_what_a_volume_does_not_tell_is_not_known() -> None:
    odd = (
        "<volume><capacity>-1</capacity><target><timestamps><mtime>x</mtime></timestamps></target>"
    )
    assert read(odd + "</volume>") == Volume()
    assert read("<volume type='block'/>") == Volume(kind="block")
