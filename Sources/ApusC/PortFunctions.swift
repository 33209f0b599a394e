public import CApus

// The functions of the header that are about a plan's inputs and outputs.

@_cdecl("apus_plan_input_count")
public func inputCount(_ plan: OpaquePointer?) -> Int {
    guard let place = try? unsafe OpenPlan.place(of: plan) else { return 0 }
    return unsafe place.pointee.inputs.count
}

@_cdecl("apus_plan_output_count")
public func outputCount(_ plan: OpaquePointer?) -> Int {
    guard let place = try? unsafe OpenPlan.place(of: plan) else { return 0 }
    return unsafe place.pointee.outputs.count
}

@_cdecl("apus_plan_input")
public func describeInput(
    _ plan: OpaquePointer?, _ index: Int, _ port: UnsafeMutablePointer<apus_port>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> apus_status {
    unsafe reporting(to: error) { () throws(Failure) in try unsafe describe(plan, index, isInput: true, port) }
}

@_cdecl("apus_plan_output")
public func describeOutput(
    _ plan: OpaquePointer?, _ index: Int, _ port: UnsafeMutablePointer<apus_port>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> apus_status {
    unsafe reporting(to: error) { () throws(Failure) in try unsafe describe(plan, index, isInput: false, port) }
}

@_cdecl("apus_plan_find_input")
public func findInput(
    _ plan: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ index: UnsafeMutablePointer<Int>?,
    _ port: UnsafeMutablePointer<apus_port>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> apus_status {
    unsafe reporting(to: error) { () throws(Failure) in try unsafe find(plan, name, isInput: true, index, port) }
}

@_cdecl("apus_plan_find_output")
public func findOutput(
    _ plan: OpaquePointer?, _ name: UnsafePointer<CChar>?, _ index: UnsafeMutablePointer<Int>?,
    _ port: UnsafeMutablePointer<apus_port>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> apus_status {
    unsafe reporting(to: error) { () throws(Failure) in try unsafe find(plan, name, isInput: false, index, port) }
}

private func describe(
    _ plan: OpaquePointer?, _ index: Int, isInput: Bool, _ port: UnsafeMutablePointer<apus_port>?
) throws(Failure) {
    let plan = try unsafe OpenPlan.place(of: plan)
    let ports = unsafe isInput ? plan.pointee.inputs : plan.pointee.outputs
    guard unsafe ports.indices.contains(index) else {
        let kind = isInput ? "input" : "output"
        throw .invalidArgument(
            "there is no \(kind) of the index \(UInt(bitPattern: index)); the plan has \(unsafe ports.count), and the first has the index 0"
        )
    }
    try unsafe writeStructure(ports[index], to: port, "apus_port")
}

private func find(
    _ plan: OpaquePointer?, _ name: UnsafePointer<CChar>?, isInput: Bool, _ index: UnsafeMutablePointer<Int>?,
    _ port: UnsafeMutablePointer<apus_port>?
) throws(Failure) {
    let place = try unsafe readPlace(index, "index")
    unsafe place.pointee = 0
    let name = try unsafe readText(name, "the name")
    let number = try unsafe OpenPlan.place(of: plan).pointee.plan.number(of: name, isInput: isInput)
    if unsafe port != nil { try unsafe describe(plan, number, isInput: isInput, port) }
    unsafe place.pointee = number
}
