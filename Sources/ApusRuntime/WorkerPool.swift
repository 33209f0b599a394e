import CSystem
import Glibc

/// Threads that are made once and share numbered pieces of work.
///
/// Between pieces a worker spins for a moment and then sleeps in the kernel, so an idle pool costs no processor time.
/// Nothing is allocated and no lock is taken while work is handed out. Which thread does which piece is not fixed; what
/// a piece computes must not depend on it.
@safe
package struct WorkerPool: ~Copyable {
    /// A piece of work: the context, the number of the piece, and the number of the worker (0 is the caller).
    package typealias Work = @convention(c) (UnsafeMutableRawPointer?, Int, Int) -> Void

    /// What the caller and the threads share. The words are only touched through atomic functions.
    @safe
    fileprivate struct Shared {
        /// Counts the calls of `run`; changes wake the workers.
        var generation: UInt32 = 0
        /// The next piece to take.
        var next: UInt32 = 0
        /// Workers that have not yet finished this generation.
        var running: UInt32 = 0
        /// Workers asleep.
        var asleep: UInt32 = 0
        /// 1 while the caller sleeps on `running`.
        var callerAsleep: UInt32 = 0
        var stopping: UInt32 = 0
        var items: Int = 0
        var work: Work?
        var context: UnsafeMutableRawPointer?
    }

    /// What one thread is given to start with.
    @safe
    private struct Start {
        var shared: UnsafeMutablePointer<Shared>
        var worker: Int
    }

    private let shared: UnsafeMutablePointer<Shared>
    private var threads: [pthread_t] = []

    /// Looks at the shared word before sleeping: about 20 µs.
    private static let spins = 2_000

    /// - Parameter threads: how many work at once, the caller among them: 1 or more.
    package init(threads count: Int) throws(SessionError) {
        unsafe shared = .allocate(capacity: 1)
        unsafe shared.initialize(to: Shared())
        for worker in 1..<max(count, 1) {
            let start = UnsafeMutablePointer<Start>.allocate(capacity: 1)
            unsafe start.initialize(to: Start(shared: shared, worker: worker))
            var thread = pthread_t()
            let code = unsafe pthread_create(
                &thread, nil,
                { argument in
                    guard let start = unsafe argument?.assumingMemoryBound(to: Start.self) else { return nil }
                    let own = unsafe start.move()
                    unsafe start.deallocate()
                    _ = apus_flush_denormals()
                    unsafe WorkerPool.serve(own.shared, worker: own.worker)
                    return nil
                }, unsafe start)
            guard code == 0 else {
                unsafe start.deallocate()
                unsafe Self.stop(shared, threads: threads)
                throw SessionError.noThread(code: code)
            }
            threads.append(thread)
        }
    }

    deinit { unsafe Self.stop(shared, threads: threads) }

    /// Ends the threads, waits for them, and frees what they shared.
    private static func stop(_ shared: UnsafeMutablePointer<Shared>, threads: [pthread_t]) {
        unsafe apus_store(&shared.pointee.stopping, 1)
        _ = unsafe apus_add(&shared.pointee.generation, 1)
        unsafe apus_wake_all(&shared.pointee.generation)
        for thread in threads { pthread_join(thread, nil) }
        unsafe shared.deallocate()
    }

    /// Threads that work at once, the caller among them.
    package var width: Int { threads.count + 1 }

    /// Calls `work` for each piece from 0 to `items - 1`, on all threads, and returns when all are done.
    package func run(items: Int, context: UnsafeMutableRawPointer?, work: Work) {
        let control = apus_flush_denormals()
        defer { apus_restore_float_control(control) }
        guard items > 1 && !threads.isEmpty else {
            for item in 0..<items { unsafe work(context, item, 0) }
            return
        }
        unsafe shared.pointee.items = items
        unsafe shared.pointee.work = unsafe work
        unsafe shared.pointee.context = unsafe context
        unsafe apus_store(&shared.pointee.next, 0)
        unsafe apus_store(&shared.pointee.running, UInt32(threads.count))
        _ = unsafe apus_add(&shared.pointee.generation, 1)
        apus_fence()
        if unsafe apus_load(&shared.pointee.asleep) > 0 { unsafe apus_wake_all(&shared.pointee.generation) }
        unsafe Self.take(shared, worker: 0)
        var spins = 0
        while true {
            let running = unsafe apus_load(&shared.pointee.running)
            if running == 0 { break }
            spins += 1
            if spins < Self.spins {
                apus_pause()
            } else {
                unsafe apus_store(&shared.pointee.callerAsleep, 1)
                apus_fence()
                unsafe apus_wait(&shared.pointee.running, running)
                unsafe apus_store(&shared.pointee.callerAsleep, 0)
            }
        }
    }

    /// Takes pieces until there are none left.
    private static func take(_ shared: UnsafeMutablePointer<Shared>, worker: Int) {
        guard let work = unsafe shared.pointee.work else { return }
        let items = unsafe shared.pointee.items
        let context = unsafe shared.pointee.context
        while true {
            let item = unsafe Int(apus_add(&shared.pointee.next, 1))
            if item >= items { return }
            unsafe work(context, item, worker)
        }
    }

    /// What a worker does all its life.
    private static func serve(_ shared: UnsafeMutablePointer<Shared>, worker: Int) {
        var seen: UInt32 = 0
        while true {
            var spins = 0
            while unsafe apus_load(&shared.pointee.generation) == seen {
                spins += 1
                if spins < Self.spins {
                    apus_pause()
                } else {
                    _ = unsafe apus_add(&shared.pointee.asleep, 1)
                    apus_fence()
                    unsafe apus_wait(&shared.pointee.generation, seen)
                    _ = unsafe apus_add(&shared.pointee.asleep, UInt32.max)
                }
            }
            seen = seen &+ 1
            if unsafe apus_load(&shared.pointee.stopping) == 1 { return }
            unsafe take(shared, worker: worker)
            let before = unsafe apus_add(&shared.pointee.running, UInt32.max)
            apus_fence()
            if unsafe before == 1 && apus_load(&shared.pointee.callerAsleep) == 1 {
                unsafe apus_wake_all(&shared.pointee.running)
            }
        }
    }
}
