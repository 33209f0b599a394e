internal import ApusRuntime
public import CApus

// The functions of the header that are about sessions.

/// The session that a handle stands for.
@inline(__always)
private func sessionPlace(of handle: OpaquePointer?) throws(Failure) -> UnsafeMutablePointer<OpenSession> {
    guard let handle = unsafe handle else { throw .invalidArgument("the session is NULL; open one") }
    return unsafe UnsafeMutablePointer(handle)
}

@_cdecl("apus_session_open")
public func openSession(
    _ plan: OpaquePointer?, _ options: UnsafePointer<apus_session_options>?,
    _ session: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> apus_status {
    unsafe reporting(to: error) { () throws(Failure) in
        let result = try unsafe readPlace(session, "session")
        unsafe result.pointee = nil
        let plan = try unsafe OpenPlan.place(of: plan)
        var fields = apus_session_options()
        if let options = unsafe options { fields = try unsafe readStructure(options, "apus_session_options") }
        let opened = try OpenSession(
            unsafe plan.pointee.plan, threads: Int(fields.threads), placement: fields.is_pinned == 0 ? .free : .pinned)
        let place = UnsafeMutablePointer<OpenSession>.allocate(capacity: 1)
        unsafe place.initialize(to: opened)
        unsafe result.pointee = OpaquePointer(place)
    }
}

@_cdecl("apus_session_close")
public func closeSession(_ session: OpaquePointer?) {
    guard let place = try? unsafe sessionPlace(of: session) else { return }
    unsafe place.deinitialize(count: 1)
    unsafe place.deallocate()
}

@_cdecl("apus_session_run")
public func runSession(
    _ session: OpaquePointer?, _ batch: Int64, _ inputs: UnsafePointer<UnsafeRawPointer?>?,
    _ outputs: UnsafePointer<UnsafeMutableRawPointer?>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> apus_status {
    unsafe reporting(to: error) { () throws(Failure) in
        let place = try unsafe sessionPlace(of: session)
        try unsafe place.pointee.take()
        defer { unsafe place.pointee.release() }
        try unsafe place.pointee.run(batch: Int(batch), inputs, outputs)
    }
}

@_cdecl("apus_session_bind_input")
public func bindInput(
    _ session: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ bytes: UnsafeRawPointer?, _ count: Int,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> apus_status {
    // It is only read: kernels write outputs alone.
    unsafe bind(session, name, isInput: true, to: UnsafeMutableRawPointer(mutating: bytes), count: count, error)
}

@_cdecl("apus_session_bind_output")
public func bindOutput(
    _ session: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ bytes: UnsafeMutableRawPointer?, _ count: Int,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> apus_status {
    unsafe bind(session, name, isInput: false, to: bytes, count: count, error)
}

private func bind(
    _ session: OpaquePointer?, _ name: UnsafePointer<CChar>?, isInput: Bool, to address: UnsafeMutableRawPointer?,
    count: Int, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> apus_status {
    unsafe reporting(to: error) { () throws(Failure) in
        let place = try unsafe sessionPlace(of: session)
        let name = try unsafe readText(name, "the name")
        try unsafe place.pointee.take()
        defer { unsafe place.pointee.release() }
        try unsafe place.pointee.bind(name, isInput: isInput, to: address, count: count)
    }
}

@_cdecl("apus_session_run_bound")
public func runBoundSession(
    _ session: OpaquePointer?, _ batch: Int64, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> apus_status {
    unsafe reporting(to: error) { () throws(Failure) in
        let place = try unsafe sessionPlace(of: session)
        try unsafe place.pointee.take()
        defer { unsafe place.pointee.release() }
        try unsafe place.pointee.runBound(batch: Int(batch))
    }
}

@_cdecl("apus_session_threads")
public func sessionThreads(_ session: OpaquePointer?) -> Int32 {
    guard let place = try? unsafe sessionPlace(of: session) else { return 0 }
    return unsafe Int32(place.pointee.threads)
}
