package import ApusFiles
package import ApusTraining
import Glibc
import SwiftProtobuf
import TensorBoardSchema

/// A file of events as TensorBoard reads them, to which a run's figures are added while it goes on.
///
/// Events lie in it as in a TFRecord file, see ``record(_:)``.
package struct EventFile: ~Copyable {
    /// The file's path.
    package let path: String
    private let descriptor: Int32

    /// Makes a file in a folder, which is made where it isn't there. TensorBoard takes all files of a folder for one run, in the order of
    /// their names.
    ///
    /// - Parameter step: from which on this file tells; what earlier files have from there on is no longer so.
    package init(folder: String, firstStep step: Int) throws(FileError) {
        try makeFolder(folder)
        let file = try Self.opened(in: folder)
        var version = Event()
        version.wallTime = Self.now()
        version.fileVersion = "brain.Event:2"
        var start = Event()
        start.wallTime = version.wallTime
        start.step = Int64(step)
        start.sessionLog.status = .start
        do throws(FileError) {
            for event in [version, start] { try Self.write(event, to: file.descriptor, file.path) }
        } catch {
            close(file.descriptor)
            throw error
        }
        path = file.path
        descriptor = file.descriptor
    }

    private static func opened(in folder: String) throws(FileError) -> (path: String, descriptor: Int32) {
        var number = 0
        while true {
            let path = "\(folder)/events.out.tfevents.\(padded(Int(now()), 10)).\(getpid()).\(number).apus"
            let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o666)
            if descriptor >= 0 { return (path, descriptor) }
            let code = errno
            guard code == EEXIST, number < 1000 else { throw FileError(path: path, doing: "make it", code: code) }
            number += 1
        }
    }

    deinit { close(descriptor) }

    /// Adds an epoch's figures.
    /// - Parameter step: batches that were learned from by its end.
    package func append(_ record: EpochRecord, step: Int) throws(FileError) {
        var values = [
            ("loss/training", record.trainLoss), ("learning_rate", record.learningRate),
            ("samples_per_second", record.samplesPerSecond),
        ]
        if let loss = record.validationLoss { values.append(("loss/validation", loss)) }
        if let loss = record.testLoss { values.append(("loss/test", loss)) }
        if let score = record.validationScore { values.append(("\(record.measure.rawValue)/validation", score)) }
        if let score = record.testScore { values.append(("\(record.measure.rawValue)/test", score)) }
        try append(values, step: step)
    }

    /// Adds the figure of an evaluation within an epoch.
    package func append(_ record: EvaluationRecord) throws(FileError) {
        let tag = "\(record.measure.rawValue)/\(record.isTest ? "test" : "validation")"
        try append([(tag, record.score)], step: (record.epoch - 1) * record.steps + record.step)
    }

    private func append(_ values: [(tag: String, value: Double)], step: Int) throws(FileError) {
        var event = Event()
        event.wallTime = Self.now()
        event.step = Int64(step)
        event.summary.value = values.map { entry in
            var value = Summary.Value()
            value.tag = entry.tag
            value.simpleValue = Float(entry.value)
            return value
        }
        try Self.write(event, to: descriptor, path)
    }

    private static func write(_ event: Event, to descriptor: Int32, _ path: String) throws(FileError) {
        guard let bytes: [UInt8] = try? event.serializedBytes() else {
            throw FileError(path: path, problem: "an event is too large")
        }
        let record = record(bytes)
        let code = unsafe writeAll(record.span.bytes, to: descriptor)
        guard code == 0 else { throw FileError(path: path, doing: "write it", code: code) }
    }

    /// A record of a TFRecord file: the count of its bytes in 64 bits and the masked checksum of those, the bytes, and their masked
    /// checksum. All numbers are little-endian.
    package static func record(_ bytes: [UInt8]) -> [UInt8] {
        let count = littleEndian(UInt64(bytes.count))
        return count + littleEndian(masked(crc32c(count))) + bytes + littleEndian(masked(crc32c(bytes)))
    }

    private static func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        (0..<number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    private static func now() -> Double {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    private static func padded(_ number: Int, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
