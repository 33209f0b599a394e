import CAllocationCount

/// Something that is timed: made once, run many times. For one thread at a time.
public protocol PreparedRun: AnyObject {
    func run()
}

/// Heap allocations of this process so far, on all threads. The program that links this has its own `malloc`, which counts.
public func allocationCount() -> UInt64 { apus_allocation_count() }

/// Numbers between -1 and 1, the same each time, none of which is zero or denormal.
func testNumbers(_ count: Int) -> [Float] {
    (0..<count).map { Float(($0 * 7919 + 13) % 1009 - 504) / 512 + 1e-3 }
}
