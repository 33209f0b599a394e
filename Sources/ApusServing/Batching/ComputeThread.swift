internal import Glibc
internal import Synchronization

/// A thread that answers the requests of one lane, batch by batch. It ends once nobody has this object any more and nothing waits.
@safe
package final class ComputeThread: Sendable {
    private let queue: SharedLane

    /// - Throws: ``RequestError`` where the system makes no further thread.
    package init(_ lane: InferenceLane) throws(RequestError) {
        queue = SharedLane(lane)
        var thread = pthread_t()
        let argument = unsafe Unmanaged.passRetained(queue)
        let code = unsafe pthread_create(&thread, nil, answerRequests, argument.toOpaque())
        guard code == 0 else {
            unsafe argument.release()
            throw RequestError(.failed, "the system makes no further thread (error \(code)); serve fewer models")
        }
        _ = pthread_detach(thread)
    }

    deinit { queue.close() }

    /// Hands a request over.
    package func append(_ task: InferenceTask) { queue.append(task) }

    /// Requests that wait.
    package var count: Int { queue.count }
}

private func answerRequests(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument = unsafe argument else { return nil }
    let queue = unsafe Unmanaged<SharedLane>.fromOpaque(argument).takeRetainedValue()
    while queue.answerNext() {}
    return nil
}

/// A lane that others append to while a thread takes from it.
@safe
private final class SharedLane: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let arrival: UnsafeMutablePointer<pthread_cond_t>
    private let lane: InferenceLane
    private var isClosed = false

    init(_ lane: InferenceLane) {
        self.lane = lane
        unsafe mutex = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe arrival = .allocate(capacity: 1)
        var attributes = pthread_condattr_t()
        unsafe pthread_condattr_init(&attributes)
        unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(arrival, &attributes)
        unsafe pthread_condattr_destroy(&attributes)
    }

    deinit {
        unsafe pthread_cond_destroy(arrival)
        unsafe arrival.deallocate()
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }

    var count: Int { locked { lane.count } }

    func append(_ task: InferenceTask) {
        locked {
            _ = lane.append(task)
            unsafe pthread_cond_signal(arrival)
        }
    }

    func close() {
        locked {
            isClosed = true
            unsafe pthread_cond_signal(arrival)
        }
    }

    /// Waits for a batch, and answers it; false when no more will come.
    func answerNext() -> Bool {
        var batch: [InferenceTask]?
        locked {
            while true {
                batch = lane.takeDue(isEnding: isClosed)
                if batch != nil { return }
                guard let due = lane.due else {
                    if isClosed { return }
                    unsafe pthread_cond_wait(arrival, mutex)
                    continue
                }
                var time = timespec(tv_sec: Int(due / 1_000_000_000), tv_nsec: Int(due % 1_000_000_000))
                unsafe pthread_cond_timedwait(arrival, mutex, &time)
            }
        }
        guard let batch else { return false }
        // The queue is free for others meanwhile.
        lane.run(batch)
        return true
    }
}
