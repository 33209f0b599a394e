internal import ApusRuntime
internal import Glibc

/// Runs an actor's jobs on one thread that does nothing else, in the order in which they come.
final class ThreadExecutor: SerialExecutor {
    private let queue = JobQueue()

    /// - Throws: ``SessionError/noThread(code:)`` where the system makes no further thread.
    init() throws(SessionError) {
        var thread = pthread_t()
        let argument = unsafe Unmanaged.passRetained(queue)
        let code = unsafe pthread_create(&thread, nil, runJobs, argument.toOpaque())
        guard code == 0 else {
            unsafe argument.release()
            throw .noThread(code: code)
        }
        _ = pthread_detach(thread)
    }

    deinit { queue.close() }

    func enqueue(_ job: consuming ExecutorJob) {
        unsafe queue.append(UnownedJob(job), for: asUnownedSerialExecutor())
    }
}

/// The thread's whole life. It may outlast the executor, whose last user can be a job.
private func runJobs(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let queue = unsafe Unmanaged<JobQueue>.fromOpaque(argument).takeRetainedValue()
    while let (job, executor) = unsafe queue.next() { unsafe job.runSynchronously(on: executor) }
    return nil
}

/// Jobs that wait.
@safe
private final class JobQueue: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let arrival: UnsafeMutablePointer<pthread_cond_t>
    private var jobs: [(UnownedJob, UnownedSerialExecutor)] = unsafe []
    private var isClosed = false

    init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe arrival = .allocate(capacity: 1)
        unsafe pthread_cond_init(arrival, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(arrival)
        unsafe arrival.deallocate()
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    func append(_ job: UnownedJob, for executor: UnownedSerialExecutor) {
        unsafe pthread_mutex_lock(mutex)
        unsafe jobs.append((job, executor))
        unsafe pthread_cond_signal(arrival)
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Ends the thread once nothing waits.
    func close() {
        unsafe pthread_mutex_lock(mutex)
        isClosed = true
        unsafe pthread_cond_signal(arrival)
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Waits for a job; nil when no more will come.
    func next() -> (UnownedJob, UnownedSerialExecutor)? {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while unsafe jobs.isEmpty {
            if isClosed { return nil }
            unsafe pthread_cond_wait(arrival, mutex)
        }
        return unsafe jobs.removeFirst()
    }
}
