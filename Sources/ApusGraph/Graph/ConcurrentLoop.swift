import Glibc
import Synchronization

/// Calls `body` with each number from 0 to `count - 1`, on all processors, and returns when all calls have. They begin in the order of
/// the numbers. What a call does must not depend on the others.
package func runConcurrently(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let loop = ConcurrentLoop(count, body)
    var threads: [pthread_t] = []
    for _ in 1..<max(1, min(count, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) {
        var thread = pthread_t()
        let code = unsafe pthread_create(
            &thread, nil,
            { argument in
                if let argument = unsafe argument {
                    unsafe Unmanaged<ConcurrentLoop>.fromOpaque(argument).takeUnretainedValue().run()
                }
                return nil
            }, Unmanaged.passUnretained(loop).toOpaque())
        // Where there is no thread to be had the others do its part.
        guard code == 0 else { break }
        threads.append(thread)
    }
    loop.run()
    for thread in threads { pthread_join(thread, nil) }
    withExtendedLifetime(loop) {}
}

/// A loop whose rounds are shared by threads.
private final class ConcurrentLoop: Sendable {
    private let count: Int
    private let body: @Sendable (Int) -> Void
    /// The first round that nobody has taken yet.
    private let next = Atomic(0)

    init(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        self.count = count
        self.body = body
    }

    /// Takes rounds until there are none left.
    func run() {
        while true {
            let round = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard round < count else { return }
            body(round)
        }
    }
}
