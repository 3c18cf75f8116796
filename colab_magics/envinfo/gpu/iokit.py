"""What macOS tells through its own libraries, by ctypes: no program is started; untested on hardware.

IOKit's registry is described in https://developer.apple.com/documentation/iokit, property lists in
https://developer.apple.com/documentation/corefoundation/cfpropertylist. Import it on macOS only.
"""

import ctypes
import ctypes.util
from collections.abc import Iterator, Mapping
from functools import cache

from colab_magics.envinfo.reading import Missing, Reading

_PROPERTIES = ("model", "gpu-core-count", "PerformanceStatistics")
_UTF_8 = 0x08000100  # kCFStringEncodingUTF8
_BINARY = 200  # kCFPropertyListBinaryFormat_v1_0
_MOST = 16  # accelerators in one Mac

_Pointer = ctypes.c_void_p
_Object = ctypes.c_uint32  # io_object_t, a port of Mach


def accelerators() -> Reading[tuple[Mapping[str, bytes], ...]]:
    """Give the properties of every GPU that we know to read, each as a binary property list.

    Raises OSError or AttributeError where macOS lacks a library or a function.
    """
    iterator = _Object()
    matching = _iokit().IOServiceMatching(b"IOAccelerator")  # IOServiceGetMatchingServices releases it
    code = _iokit().IOServiceGetMatchingServices(0, matching, ctypes.byref(iterator))
    if code:
        return Missing(f"macOS did not tell its GPUs (IOKit error {code & 0xFFFFFFFF:#x})")
    try:
        return tuple(_properties(service) for service in _services(iterator))
    finally:
        _iokit().IOObjectRelease(iterator)


def sysctl_number(name: str) -> Reading[int]:
    """Read a whole number that the kernel tells."""
    data = _sysctl(name)
    if isinstance(data, Missing):
        return data
    return int.from_bytes(data, "little") if len(data) in (4, 8) else Missing(f"{name} holds no number")


def sysctl_text(name: str) -> Reading[str]:
    """Read a text that the kernel tells."""
    data = _sysctl(name)
    return data if isinstance(data, Missing) else data.split(b"\0")[0].decode("utf-8", errors="replace")


def _sysctl(name: str) -> Reading[bytes]:
    # https://developer.apple.com/documentation/kernel/1387446-sysctlbyname
    function = ctypes.CDLL(ctypes.util.find_library("c"), use_errno=True).sysctlbyname
    function.argtypes = [ctypes.c_char_p, _Pointer, ctypes.POINTER(ctypes.c_size_t), _Pointer, ctypes.c_size_t]
    data, size = ctypes.create_string_buffer(256), ctypes.c_size_t(256)
    if function(name.encode(), data, ctypes.byref(size), None, 0):
        return Missing(f"this Mac does not tell {name}")
    return data.raw[: size.value]


def _services(iterator: ctypes.c_uint32) -> Iterator[int]:
    for _ in range(_MOST):
        service = _iokit().IOIteratorNext(iterator)
        if not service:
            return
        try:
            yield service
        finally:
            _iokit().IOObjectRelease(service)


def _properties(service: int) -> Mapping[str, bytes]:
    found = {name: _property(service, name) for name in _PROPERTIES}
    return {name: data for name, data in found.items() if data}


def _property(service: int, name: str) -> bytes:
    """Give one property as a property list; empty where there is none or it cannot be one."""
    foundation = _foundation()
    key = foundation.CFStringCreateWithCString(None, name.encode(), _UTF_8)
    try:
        value = _iokit().IORegistryEntryCreateCFProperty(service, key, None, 0)
    finally:
        foundation.CFRelease(key)
    if not value:
        return b""
    try:
        data = foundation.CFPropertyListCreateData(None, value, _BINARY, 0, None)
    finally:
        foundation.CFRelease(value)
    if not data:
        return b""
    try:
        return ctypes.string_at(foundation.CFDataGetBytePtr(data), foundation.CFDataGetLength(data))
    finally:
        foundation.CFRelease(data)


@cache
def _iokit() -> ctypes.CDLL:
    library = ctypes.CDLL("/System/Library/Frameworks/IOKit.framework/IOKit")
    library.IOServiceMatching.restype = _Pointer
    library.IOServiceMatching.argtypes = [ctypes.c_char_p]
    library.IOServiceGetMatchingServices.restype = ctypes.c_int
    library.IOServiceGetMatchingServices.argtypes = [_Object, _Pointer, ctypes.POINTER(_Object)]
    library.IOIteratorNext.restype = _Object
    library.IOIteratorNext.argtypes = [_Object]
    library.IOObjectRelease.restype = ctypes.c_int
    library.IOObjectRelease.argtypes = [_Object]
    library.IORegistryEntryCreateCFProperty.restype = _Pointer
    library.IORegistryEntryCreateCFProperty.argtypes = [_Object, _Pointer, _Pointer, ctypes.c_uint32]
    return library


@cache
def _foundation() -> ctypes.CDLL:
    library = ctypes.CDLL("/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation")
    library.CFStringCreateWithCString.restype = _Pointer
    library.CFStringCreateWithCString.argtypes = [_Pointer, ctypes.c_char_p, ctypes.c_uint32]
    library.CFPropertyListCreateData.restype = _Pointer
    library.CFPropertyListCreateData.argtypes = [_Pointer, _Pointer, ctypes.c_long, ctypes.c_ulong, _Pointer]
    library.CFDataGetBytePtr.restype = _Pointer
    library.CFDataGetBytePtr.argtypes = [_Pointer]
    library.CFDataGetLength.restype = ctypes.c_long
    library.CFDataGetLength.argtypes = [_Pointer]
    library.CFRelease.restype = None
    library.CFRelease.argtypes = [_Pointer]
    return library
