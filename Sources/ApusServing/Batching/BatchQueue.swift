/// Requests that wait, and the decision when which of them are run together. It has no clock and no thread: whoever uses it says
/// what time it is, in nanoseconds.
///
/// A batch is formed of those that have waited longest, in their order, as many as fit into the largest batch. It is due at once where
/// it is full, or else when its first request has waited for the delay.
package struct BatchQueue<Element> {
    private struct Waiting {
        var element: Element
        var samples: Int
        var arrival: UInt64
    }

    /// Samples of the largest batch.
    package let maximumBatch: Int
    /// How long the first of a batch waits for others, in nanoseconds.
    package let delay: UInt64
    /// Requests that may wait.
    package let capacity: Int
    /// Whether requests may share a run.
    package let joinsRequests: Bool
    private var waiting: [Waiting] = []
    private var first = 0
    /// Samples of all requests that wait.
    package private(set) var samples = 0

    package init(maximumBatch: Int, delay: UInt64, capacity: Int, joinsRequests: Bool) {
        self.maximumBatch = maximumBatch
        self.delay = delay
        self.capacity = capacity
        self.joinsRequests = joinsRequests
    }

    /// Requests that wait.
    package var count: Int { waiting.count - first }

    /// Lets a request wait; false where there are as many as may. O(1) amortized.
    package mutating func append(_ element: Element, samples: Int, at now: UInt64) -> Bool {
        guard count < capacity else { return false }
        waiting.append(Waiting(element: element, samples: samples, arrival: now))
        self.samples += samples
        return true
    }

    /// When the next batch is due: a time that has passed where it is full; nil where nothing waits.
    package var due: UInt64? {
        guard first < waiting.count else { return nil }
        return !joinsRequests || samples >= maximumBatch ? 0 : waiting[first].arrival &+ delay
    }

    /// Takes the next batch, if it is due.
    ///
    /// - Parameter isEnding: whether everything is due, because no more will come.
    package mutating func take(at now: UInt64, isEnding: Bool = false) -> [Element]? {
        guard let due, isEnding || due <= now else { return nil }
        var batch: [Element] = []
        var total = 0
        while first < waiting.count {
            let next = waiting[first]
            guard batch.isEmpty || joinsRequests && total + next.samples <= maximumBatch else { break }
            batch.append(next.element)
            total += next.samples
            first += 1
        }
        samples -= total
        if first == waiting.count {
            waiting.removeAll(keepingCapacity: waiting.capacity <= 1024)
            first = 0
        } else if first >= 64, first * 2 >= waiting.count {
            waiting.removeFirst(first)
            first = 0
        }
        return batch
    }
}
