@_exported import CGlibc

// The names that Swift's own module for the C library has for what C says by macros.

public var errno: Int32 {
    get { unsafe apus_errno().pointee }
    set { unsafe apus_errno().pointee = newValue }
}

// swift-format-ignore
public var MAP_FAILED: UnsafeMutableRawPointer { unsafe apus_map_failed() }
// swift-format-ignore
public var S_IFMT: mode_t { 0o170000 }
// swift-format-ignore
public var S_IFDIR: mode_t { 0o040000 }
// swift-format-ignore
public var S_IFREG: mode_t { 0o100000 }
// swift-format-ignore
public var S_IFIFO: mode_t { 0o010000 }

public func open(_ path: UnsafePointer<CChar>, _ flags: Int32) -> Int32 { unsafe apus_open(path, flags, 0) }

public func open(_ path: UnsafePointer<CChar>, _ flags: Int32, _ mode: mode_t) -> Int32 {
    unsafe apus_open(path, flags, mode)
}
