import Apus
import Foundation

/// A plan in a session, with the samples that it is asked again and again.
struct Subject: ~Copyable {
    private var session: Session
    private let batch: Int
    private let samples: Samples

    private init(_ session: consuming Session, batch: Int, samples: Samples) {
        self.session = session
        self.batch = batch
        self.samples = samples
    }

    /// - Parameters:
    ///   - path: the path of a plan file.
    ///   - samples: the path of a file or folder: see ``Samples``.
    static func load(plan path: String, samples: String, batch: Int, threads: Int) throws -> Subject {
        let plan = try Plan(contentsOf: path)
        let samples = try Samples(samples, for: plan, batch: batch)
        return Subject(try Session(plan, threads: threads), batch: batch, samples: samples)
    }

    /// Answers the samples for so long and says how long the calls took: their count, and of one call the least and the
    /// median time in nanoseconds.
    mutating func measure(milliseconds: Int) throws -> (calls: Int, minimum: Int, median: Int) {
        var bindings = try PortBindings(session.plan, batch: batch)
        try samples.bind(&bindings)
        defer { withExtendedLifetime(samples) {} }
        var times: [Int] = []
        times.reserveCapacity(1 << 20)
        var start = now()
        let end = start + milliseconds * 1_000_000
        repeat {
            try session.run(bindings)
            let stop = now()
            times.append(stop - start)
            start = stop
        } while start < end && times.count < 1 << 20
        times.sort()
        return (times.count, times[0], times[times.count / 2])
    }

    /// Writes the answers of the last call.
    func writeOutputs(to path: String) throws {
        try samples.writeOutputs(to: path)
    }
}

/// Why a request can't be answered.
struct WorkerError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Nanoseconds since some moment.
private func now() -> Int {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
