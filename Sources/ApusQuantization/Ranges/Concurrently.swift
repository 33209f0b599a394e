import ApusGraph
import Synchronization

/// What a function makes of each value, on all processors, in the values' order.
func concurrently<Value: Sendable, Result: Sendable>(
    _ values: [Value], _ function: @escaping @Sendable (Value) -> Result
) -> [Result] {
    let results = Results<Result>(values.count)
    runConcurrently(values.count) { number in
        let result = function(values[number])
        results.list.withLock { $0[number] = result }
    }
    return results.list.withLock { $0.compactMap { $0 } }
}

private final class Results<Result: Sendable>: Sendable {
    let list: Mutex<[Result?]>

    init(_ count: Int) { list = Mutex(Array(repeating: nil, count: count)) }
}
