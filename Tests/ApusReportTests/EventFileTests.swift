import ApusFiles
import ApusReport
import ApusTraining
import TensorBoardSchema
import TestSupport
import Testing

@Suite struct EventFileTests {
    /// RFC 3720, appendix B.4.
    @Test func checksumsAreThoseOfTheStandard() {
        #expect(crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(crc32c([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(crc32c((0..<32).map { $0 }) == 0x46DD_794E)
        #expect(crc32c(Array("123456789".utf8)) == 0xE306_9283)
        #expect(masked(0) == 0xA282_EAD8)
    }

    @Test func figuresLieInTheFileInTheirOrder() throws {
        let folder = TestFolder()
        var path = ""
        do {
            let file = try EventFile(folder: folder.file("events"), firstStep: 7)
            path = file.path
            try file.append(
                EvaluationRecord(epoch: 1, step: 4, steps: 10, measure: .accuracy, isTest: false, score: 0.5))
            try file.append(
                EpochRecord(
                    epoch: 1, trainLoss: 0.25, validationScore: 0.75, testScore: nil, learningRate: 0.125, seconds: 1,
                    samplesPerSecond: 8), step: 10)
            try file.append(
                EpochRecord(
                    epoch: 2, trainLoss: 0.25, validationLoss: 0.5, testLoss: 4, learningRate: 0.125, seconds: 1,
                    samplesPerSecond: 8), step: 20)
        }
        let events = try Self.events(try readFile(path))
        #expect(events.map(\.step) == [0, 7, 4, 10, 20])
        #expect(events[0].fileVersion == "brain.Event:2" && events[1].sessionLog.status == .start)
        #expect(events.allSatisfy { $0.wallTime > 1.6e9 })
        #expect(events[2].summary.value.map(\.tag) == ["accuracy/validation"])
        #expect(
            events[3].summary.value.map { "\($0.tag) \($0.simpleValue)" } == [
                "loss/training 0.25", "learning_rate 0.125", "samples_per_second 8.0", "accuracy/validation 0.75",
            ])
        let losses = events[4].summary.value.filter { $0.tag.hasPrefix("loss/") }
        #expect(
            losses.map { "\($0.tag) \($0.simpleValue)" } == [
                "loss/training 0.25", "loss/validation 0.5", "loss/test 4.0",
            ])
        // A second one takes another name.
        #expect(try EventFile(folder: folder.file("events"), firstStep: 0).path != path)
    }

    /// The events of a file; each record's checksums are looked at.
    private static func events(_ bytes: [UInt8]) throws -> [Event] {
        func number(_ start: Int, _ count: Int) -> UInt64 {
            bytes[start..<start + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        var events: [Event] = []
        var start = 0
        while start < bytes.count {
            let count = Int(number(start, 8))
            try #require(start + count + 16 <= bytes.count)
            #expect(UInt32(number(start + 8, 4)) == masked(crc32c(Array(bytes[start..<start + 8]))))
            let data = Array(bytes[start + 12..<start + 12 + count])
            #expect(UInt32(number(start + 12 + count, 4)) == masked(crc32c(data)))
            events.append(try Event(serializedBytes: data))
            start += count + 16
        }
        return events
    }
}
