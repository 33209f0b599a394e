internal import ApusFiles
internal import ApusPlan
public import CApus

// The functions of the header that are about plans.

@_cdecl("apus_catch_shortened_files")
public func catchShortenedFiles() { MappedFile.catchShortening() }

@_cdecl("apus_plan_open")
public func openPlan(
    _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<apus_plan_options>?,
    _ plan: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> apus_status {
    unsafe reporting(to: error) { () throws(Failure) in
        let place = try unsafe readPlace(plan, "plan")
        unsafe place.pointee = nil
        let name = try unsafe readText(path, "the path")
        let opening = Opening(name: name, options: try unsafe OpeningOptions(options))
        unsafe place.pointee = OpenPlan.handle(try opening.plan())
    }
}

@_cdecl("apus_plan_open_bytes")
public func openPlan(
    _ bytes: UnsafeRawPointer?, _ count: Int, _ name: UnsafePointer<CChar>?,
    _ options: UnsafePointer<apus_plan_options>?, _ plan: UnsafeMutablePointer<OpaquePointer?>?,
    _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> apus_status {
    unsafe reporting(to: error) { () throws(Failure) in
        let place = try unsafe readPlace(plan, "plan")
        unsafe place.pointee = nil
        guard unsafe count == 0 || (count > 0 && bytes != nil) else {
            throw .invalidArgument("there are no bytes at the address NULL; give the bytes of a file")
        }
        let name = unsafe name == nil ? "the model" : try unsafe readText(name, "the name")
        let opening = Opening(name: name, options: try unsafe OpeningOptions(options))
        let copy = unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
        unsafe place.pointee = OpenPlan.handle(try opening.plan(of: copy))
    }
}

@_cdecl("apus_plan_write")
public func writePlan(
    _ plan: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> apus_status {
    unsafe reporting(to: error) { () throws(Failure) in
        let plan = try unsafe OpenPlan.place(of: plan)
        let path = try unsafe readText(path, "the path")
        do throws(FileError) { try PlanFile.write(unsafe plan.pointee.plan, to: path) } catch { throw Failure(error) }
    }
}

@_cdecl("apus_plan_encode")
public func encodePlan(
    _ plan: OpaquePointer?, _ bytes: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    _ count: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> apus_status {
    unsafe reporting(to: error) { () throws(Failure) in
        let place = try unsafe readPlace(bytes, "bytes")
        unsafe place.pointee = nil
        let size = try unsafe readPlace(count, "count")
        unsafe size.pointee = 0
        let file = PlanFile.encode(try unsafe OpenPlan.place(of: plan).pointee.plan)
        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: file.count, alignment: 64)
        unsafe room.copyBytes(from: file)
        unsafe place.pointee = room.baseAddress
        unsafe size.pointee = file.count
    }
}

@_cdecl("apus_bytes_free")
public func freeBytes(_ bytes: UnsafeMutableRawPointer?) { unsafe bytes?.deallocate() }

@_cdecl("apus_plan_close")
public func closePlan(_ plan: OpaquePointer?) { unsafe OpenPlan.close(plan) }

/// What is known of a plan; nil for NULL.
private func fact<Value>(_ plan: OpaquePointer?, _ read: (borrowing OpenPlan) -> Value) -> Value? {
    guard let place = try? unsafe OpenPlan.place(of: plan) else { return nil }
    return unsafe read(place.pointee)
}

@_cdecl("apus_plan_name")
public func planName(_ plan: OpaquePointer?) -> UnsafePointer<CChar>? { unsafe fact(plan) { unsafe $0.name } }

@_cdecl("apus_plan_target")
public func planTarget(_ plan: OpaquePointer?) -> UnsafePointer<CChar>? { unsafe fact(plan) { unsafe $0.target } }

@_cdecl("apus_plan_batch_limit")
public func planBatchLimit(_ plan: OpaquePointer?) -> Int64 {
    unsafe Int64(fact(plan) { $0.plan.maximumBatch } ?? 0)
}

@_cdecl("apus_plan_multiply_adds")
public func planMultiplyAdds(_ plan: OpaquePointer?) -> Int64 {
    unsafe Int64(fact(plan) { $0.plan.multiplyAdds } ?? 0)
}

@_cdecl("apus_plan_constant_bytes")
public func planConstantBytes(_ plan: OpaquePointer?) -> Int64 {
    unsafe Int64(fact(plan) { $0.plan.constants.count } ?? 0)
}

@_cdecl("apus_plan_activation_bytes")
public func planActivationBytes(_ plan: OpaquePointer?) -> Int64 {
    unsafe Int64(fact(plan) { $0.plan.activationBytes } ?? 0)
}

@_cdecl("apus_plan_label_count")
public func planLabelCount(_ plan: OpaquePointer?) -> Int { unsafe fact(plan) { unsafe $0.labels.count } ?? 0 }

@_cdecl("apus_plan_label")
public func planLabel(_ plan: OpaquePointer?, _ index: Int) -> UnsafePointer<CChar>? {
    unsafe fact(plan) { unsafe $0.labels.indices.contains(index) ? $0.labels[index] : nil } ?? nil
}

@_cdecl("apus_plan_preparation_count")
public func planPreparationCount(_ plan: OpaquePointer?) -> Int {
    unsafe fact(plan) { unsafe $0.preparation.count } ?? 0
}

@_cdecl("apus_plan_preparation_name")
public func planPreparationName(_ plan: OpaquePointer?, _ index: Int) -> UnsafePointer<CChar>? {
    unsafe fact(plan) { unsafe $0.preparation.indices.contains(index) ? $0.preparation[index].name : nil } ?? nil
}

@_cdecl("apus_plan_preparation_value")
public func planPreparationValue(_ plan: OpaquePointer?, _ index: Int) -> UnsafePointer<CChar>? {
    unsafe fact(plan) { unsafe $0.preparation.indices.contains(index) ? $0.preparation[index].value : nil } ?? nil
}
