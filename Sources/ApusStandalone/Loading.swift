import ApusFiles
import ApusPlan
import ApusSections
import CStandalone

/// The plan that the program carries. It was verified when the program was made, and is as much a part of it as its code.
///
/// - Parameter batch: the samples that should go at once; a plan takes any number.
func loadPlan(_ arguments: Arguments, batch: Int) throws(Failure) -> Plan {
    let carried = apus_carried()
    guard let address = unsafe UnsafeRawPointer(bitPattern: UInt(carried.address)) else {
        throw Failure("this program carries no plan; make one that does with apus-export --standalone")
    }
    let bytes = unsafe UnsafeRawBufferPointer(start: address, count: Int(carried.bytes))
    let contents: PlanFile.Contents
    do throws(SectionError) {
        contents = try PlanFile.read(unsafe RawSpan(_unsafeBytes: bytes), checkingConstants: false)
    } catch {
        throw Failure("the plan of this program: \(PlanFileError(error)); make the program again")
    }
    var plan = contents.plan
    plan.constants = unsafe AlignedBytes(partOfProgram: UnsafeRawBufferPointer(rebasing: bytes[contents.constants]))
    return plan
}
