import Apus
import Foundation

/// A plan in a session, with the samples that it is asked again and again.
struct Subject: ~Copyable {
    private var session: Session
    private let input: Numbers
    private let output: Numbers

    private init(_ session: consuming Session, input: Numbers, answers: Int) {
        self.session = session
        self.input = input
        output = Numbers(count: answers)
    }

    /// - Parameters:
    ///   - path: the path of a plan file of one input and one output.
    ///   - samples: the path of a file of f32 that holds at least `batch` samples, row-major.
    static func load(plan path: String, samples: String, batch: Int, threads: Int) throws -> Subject {
        let plan = try Plan(contentsOf: path)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: samples))
        let elements = batch * plan.inputs[0].sampleElements
        guard bytes.count >= elements * 4 else { throw WorkerError("\(samples) holds less than \(batch) samples") }
        let input = Numbers(count: elements)
        input.copy(bytes)
        let session = try Session(plan, threads: threads)
        return Subject(session, input: input, answers: batch * plan.outputs[0].sampleElements)
    }

    mutating func call() throws {
        let input = input
        try output.change { answers throws in
            try input.read { samples throws in try session.run(samples, into: &answers) }
        }
    }

    /// Writes the answers of the last call as f32.
    func writeOutput(to path: String) throws {
        try output.data.write(to: URL(fileURLWithPath: path))
    }
}

/// Why a request can't be answered.
struct WorkerError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Calls a subject for so long and says how long the calls took: their count, and of one call the least and the median
/// time in nanoseconds.
func measure(_ subject: inout Subject, milliseconds: Int) throws -> (calls: Int, minimum: Int, median: Int) {
    let end = now() + milliseconds * 1_000_000
    var times: [Int] = []
    times.reserveCapacity(1 << 20)
    var start = now()
    repeat {
        try subject.call()
        let stop = now()
        times.append(stop - start)
        start = stop
    } while start < end && times.count < 1 << 20
    times.sort()
    return (times.count, times[0], times[times.count / 2])
}

/// Nanoseconds since some moment.
private func now() -> Int {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
