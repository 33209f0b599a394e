import CPlatform
import Glibc

/// Where the threads of a session run.
public enum ThreadPlacement: Sendable {
    /// Where the system puts them.
    case free
    /// Each on a processor of its own, as far as there are enough: the thread that makes the session on the first that the
    /// process may use, the others on those that follow. For a machine that does nothing else.
    case pinned
}

/// Threads that are made once and share numbered pieces of work.
///
/// Between pieces a worker spins for a moment and then sleeps in the kernel, so an idle pool costs no processor time.
/// Nothing is allocated and no lock is taken while work is handed out. Which thread does which piece is not fixed; what
/// a piece computes must not depend on it. A worker that comes late, because the system gave its processor to somebody
/// else, is not waited for: the others do its share.
@safe
package struct WorkerPool: ~Copyable {
    /// A piece of work: the context, the number of the piece, and the number of the worker (0 is the caller).
    package typealias Work = @convention(c) (UnsafeMutableRawPointer?, Int, Int) -> Void

    /// What the caller and the threads share. The words are only touched through atomic functions.
    @safe
    fileprivate struct Shared {
        /// The number of the run, and below it, in the lower half, the pieces that nobody has taken yet: how many there are, or, where
        /// the highest bit is set, a bit for each. Who takes one leaves one less; the run's other fields stay as they are until all that
        /// were taken are done.
        var claims: UInt64 = 0
        /// Pieces of this run that are done.
        var done: UInt32 = 0
        /// 1 while the caller sleeps on `done`.
        var callerAsleep: UInt32 = 0
        /// Counts the runs; changes wake the workers.
        var generation: UInt32 = 0
        /// Workers asleep.
        var asleep: UInt32 = 0
        var stopping: UInt32 = 0
        var items: UInt32 = 0
        var work: Work?
        var context: UnsafeMutableRawPointer?
    }

    /// What one thread is given to start with.
    @safe
    private struct Start {
        var shared: UnsafeMutablePointer<Shared>
        var worker: Int
        var width: Int
        var isPinned: Bool
    }

    private let shared: UnsafeMutablePointer<Shared>
    private var threads: [pthread_t] = []
    /// The thread that was pinned when the pool was made.
    private let pinnedCaller: pthread_t?
    /// Those that are the caller's where owners are kept.
    private let callersPieces: UInt32

    /// Looks at the shared word before sleeping: about 50 µs, which is what being woken takes.
    private static let spins = 4_000

    /// - Parameter count: how many work at once, the caller among them: 1 or more.
    package init(threads count: Int, placement: ThreadPlacement = .free) throws(SessionError) {
        let isPinned = placement == .pinned
        callersPieces = Claims.pieces(of: 0, of: max(count, 1))
        unsafe shared = .allocate(capacity: 1)
        unsafe shared.initialize(to: Shared())
        pinnedCaller = isPinned && apus_bind_thread(0) ? pthread_self() : nil
        for worker in 1..<max(count, 1) {
            let start = UnsafeMutablePointer<Start>.allocate(capacity: 1)
            unsafe start.initialize(to: Start(shared: shared, worker: worker, width: max(count, 1), isPinned: isPinned))
            var thread = pthread_t()
            let code = unsafe pthread_create(
                &thread, nil,
                { argument in
                    guard let start = unsafe argument?.assumingMemoryBound(to: Start.self) else { return nil }
                    let own = unsafe start.move()
                    unsafe start.deallocate()
                    if own.isPinned { apus_bind_thread(Int32(own.worker)) }
                    _ = apus_flush_denormals()
                    unsafe WorkerPool.serve(own.shared, worker: own.worker, of: own.width)
                    return nil
                }, unsafe start)
            guard code == 0 else {
                unsafe start.deallocate()
                unsafe Self.stop(shared, threads: threads)
                if isPinned { apus_unbind_thread() }
                throw SessionError.noThread(code: code)
            }
            threads.append(thread)
        }
    }

    deinit {
        unsafe Self.stop(shared, threads: threads)
        if let pinnedCaller, pthread_equal(pinnedCaller, pthread_self()) != 0 { apus_unbind_thread() }
    }

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

    /// Calls `work` for each piece from 0 to `items - 1`, on all threads, and returns when all are done. Pieces are begun in
    /// the order of their numbers.
    ///
    /// - Parameter keepsOwners: whether piece `i` is for worker `i` modulo their number, who takes its own pieces before those of others:
    ///   what it wrote in the last run is then near. With more than 32 pieces that is not looked at.
    /// - Precondition: there are fewer than 2^32 pieces.
    package func run(items: Int, context: UnsafeMutableRawPointer?, keepsOwners: Bool = false, work: Work) {
        let control = apus_flush_denormals()
        defer { apus_restore_float_control(control) }
        guard items > 1 && !threads.isEmpty else {
            for item in 0..<items { unsafe work(context, item, 0) }
            return
        }
        unsafe shared.pointee.items = UInt32(items)
        unsafe shared.pointee.work = unsafe work
        unsafe shared.pointee.context = unsafe context
        unsafe apus_store(&shared.pointee.done, 0)
        let generation = unsafe apus_load(&shared.pointee.generation) &+ 1
        unsafe apus_store_long(
            &shared.pointee.claims,
            Claims(run: generation, items: items, keepsOwners: keepsOwners && items <= Claims.ownerLimit).word)
        unsafe apus_store(&shared.pointee.generation, generation)
        apus_fence()
        if unsafe apus_load(&shared.pointee.asleep) > 0 { unsafe apus_wake_all(&shared.pointee.generation) }
        unsafe Self.take(shared, worker: 0, own: callersPieces)
        var spins = 0
        while true {
            let done = unsafe apus_load(&shared.pointee.done)
            if done == items { break }
            spins += 1
            if spins < Self.spins {
                apus_pause()
            } else {
                unsafe apus_store(&shared.pointee.callerAsleep, 1)
                apus_fence()
                unsafe apus_wait(&shared.pointee.done, done)
                unsafe apus_store(&shared.pointee.callerAsleep, 0)
            }
        }
    }

    /// Takes pieces until there are none left.
    ///
    /// - Parameter own: a bit for each piece that is the worker's where owners are kept.
    private static func take(_ shared: UnsafeMutablePointer<Shared>, worker: Int, own: UInt32) {
        while true {
            let claims = Claims(word: unsafe apus_load_long(&shared.pointee.claims))
            if claims.left == 0 { return }
            let rest = claims.afterTaking(own: own)
            // The number of the run in the upper half: a worker that is late takes no piece of another run for its own.
            guard unsafe apus_exchange_long(&shared.pointee.claims, claims.word, rest.word) else { continue }
            let items = unsafe shared.pointee.items
            guard let work = unsafe shared.pointee.work else { return }
            unsafe work(shared.pointee.context, claims.piece(takenIn: rest, items: items), worker)
            let before = unsafe apus_add(&shared.pointee.done, 1)
            apus_fence()
            // Where this was the last piece nothing but the caller's sleep is looked at: the next run may have begun.
            if before + 1 == items, unsafe apus_load(&shared.pointee.callerAsleep) == 1 {
                unsafe apus_wake_all(&shared.pointee.done)
            }
        }
    }

    /// What a worker does all its life.
    private static func serve(_ shared: UnsafeMutablePointer<Shared>, worker: Int, of width: Int) {
        let own = Claims.pieces(of: worker, of: width)
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
            seen = unsafe apus_load(&shared.pointee.generation)
            if unsafe apus_load(&shared.pointee.stopping) == 1 { return }
            unsafe take(shared, worker: worker, own: own)
        }
    }
}
