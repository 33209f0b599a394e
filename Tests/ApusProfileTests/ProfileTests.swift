import ApusInstructions
import ApusJSON
import ApusPlan
import ApusProfile
import ApusRuntime
import TestSupport
import Testing

/// Tables and traces of recordings that are made up.
@Suite struct ProfileTests {
    private static func bytes(_ value: some BitwiseCopyable) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }

    /// A dense layer of 8 × 16 weights, and before it its bias padded.
    private static func plan() -> Plan {
        var plan = Plan(name: "made_up", target: .avx512, batchBound: 4, microBatch: 2)
        plan.prologue = [
            Instruction(
                .padVector, operands: [Operand(.constants), Operand(.state)],
                parameters: bytes(PadVectorParameters(count: 10, paddedCount: 16)), label: "bias")
        ]
        plan.body = [
            Instruction(
                .dense,
                operands: [
                    Operand(.input), Operand(.constants), .none, Operand(.output),
                ],
                parameters: bytes(DenseParameters(inputs: 8, outputs: 16, sourceStride: 8, destinationStride: 16)),
                label: "logits", multiplyAdds: 128)
        ]
        return plan
    }

    /// Two runs of three samples on two threads: each tick is a nanosecond.
    private static func recording(_ plan: Plan) -> Recording {
        let activities = Activities(plan)
        func thread(_ padding: UInt64, _ calls: Int, _ samples: Int, _ dense: UInt64) -> Recording.Thread {
            var cells = [Recording.Cell](repeating: .init(), count: activities.count)
            if padding > 0 { (cells[0].ticks, cells[0].calls, cells[0].samples) = (padding, 2, 2) }
            (cells[1].ticks, cells[1].calls, cells[1].samples) = (dense, calls, samples)
            return .init(
                cells: cells,
                events: [
                    .init(activity: 1, samples: samples, start: 1e-6, duration: 5e-7),
                    .init(activity: activities.preparation, samples: 2, start: 2e-6, duration: 1e-7),
                ])
        }
        return Recording(
            activities: activities, threads: [thread(120, 2, 4, 620), thread(0, 1, 2, 310)], runs: 2, droppedRuns: 1,
            seconds: 1e-6, secondsPerTick: 1e-9, clockTicks: 10)
    }

    private static let limits = MachineLimits(
        target: .avx512, multiplyAddsPerSecond: 1e9,
        levels: [
            .init(size: 16 << 10, bytesReadPerSecond: 1e10, bytesWrittenPerSecond: 5e9),
            .init(size: 64 << 20, bytesReadPerSecond: 1e9, bytesWrittenPerSecond: 5e8),
        ])

    private static let profile: Profile = {
        let plan = Self.plan()
        return Profile(recording(plan), plan: plan, limits: limits)
    }()

    @Test func rowsAddUp() throws {
        let rows = Self.profile.rows
        #expect(rows.map(\.label) == ["bias", "logits", "waiting, handing out, reading the clock"])
        #expect(abs(rows.reduce(0) { $0 + $1.share } - 1) < 1e-12)
        // Two threads for a microsecond; the clock's 10 ns a call are taken off.
        #expect(abs(rows[0].seconds - 100e-9) < 1e-15 && abs(rows[1].seconds - 900e-9) < 1e-15)
        #expect(abs(rows[2].seconds - 1000e-9) < 1e-15)
        #expect(rows[1].multiplyAdds == 6 * 128 && rows[1].calls == 3)
        // Weights once a call, and each sample's row in and out.
        #expect(rows[1].bytesRead == Double(3 * 128 * 4 + 6 * 8 * 4) && rows[1].bytesWritten == Double(6 * 16 * 4))
        #expect(rows[0].bytesRead == 80 && rows[0].bytesWritten == 128)
        // 768 multiply-adds at 1e9 a second are longer than 1,728 bytes at 1e10.
        let limit = try #require(rows[1].limitSeconds)
        #expect(abs(limit - 768e-9) < 1e-15)
        #expect(abs(try #require(rows[1].partOfLimit) - 768.0 / 900) < 1e-9)
        #expect(abs(try #require(rows[1].operationsPerSecond) - 1536 / 900e-9) < 1)
        // 128 bytes written at 5e9 a second.
        #expect(abs(try #require(rows[0].limitSeconds) - 25.6e-9) < 1e-15)
        #expect(rows[2].limitSeconds == nil && rows[2].partOfLimit == nil)
    }

    @Test func theTable() {
        #expect(
            ProfileTable(Self.profile).lines.joined(separator: "\n") == """
                made_up for x86-64-v4: 2 runs of 0.50 µs on 2 threads (and 1 that were interrupted)
                measured limits of a core: 2.0 GFLOP/s; GB/s read / written in 16 KiB 10 / 5, 64 MiB 1 / 1

                stage     kernel     for                                      µs a run    share  GFLOP/s  GB/s  of limit
                prologue  padVector  bias                                         0.05    5.0 %            2.1      26 %
                body      dense      logits                                       0.45   45.0 %      1.7   2.3      85 %
                                     waiting, handing out, reading the clock      0.50   50.0 %
                                     all threads                                  1.00  100.0 %      0.8            40 %

                thread  prologue  body  epilogue  next batch  rest  (µs a run)
                1           0.05  0.30      0.00        0.00  0.15
                2           0.00  0.15      0.00        0.00  0.35
                """)
    }

    @Test func theTrace() throws {
        let text = TraceDocument(Self.profile).value.compact
        let trace = try JSONValue(parsing: Array(text.utf8))
        let events = try #require(trace["traceEvents"]?.arrayValue)
        #expect(events.count == 1 + 2 + 4)
        #expect(events[0]["name"] == "process_name" && events[0]["args"]?["name"] == "made_up")
        #expect(events[1]["args"]?["name"] == "caller" && events[2]["args"]?["name"] == "worker 1")
        #expect(events[3]["name"] == "dense logits" && events[3]["cat"] == "body" && events[3]["ph"] == "X")
        #expect(events[3]["ts"]?.doubleValue == 1 && events[3]["dur"]?.doubleValue == 0.5)
        #expect(events[3]["args"]?["multiply_adds"] == 512 && events[3]["tid"] == 0)
        #expect(events[6]["name"] == "next batch prepared" && events[6]["tid"] == 1)
        #expect(trace["displayTimeUnit"] == "ns")
        let rows = try #require(trace["profile"]?["rows"]?.arrayValue)
        #expect(rows.count == 3 && rows[1]["bytes_read"]?.doubleValue == 1728 && rows[2]["part_of_limit"] == .null)
        let threads = try #require(trace["profile"]?["thread_seconds"]?.arrayValue)
        #expect(threads.count == 2 && abs((threads[1]["rest"]?.doubleValue ?? 0) - 700e-9) < 1e-15)
        #expect(trace["profile"]?["limits"]?["memory"]?.arrayValue?.count == 2)
    }

    @Test func anImageWithinABorderIsNotCleared() throws {
        var layout = ImageLayout(channels: 16, height: 6, width: 4, channelBlock: 16)
        layout.top = 1
        layout.left = 1
        layout.bottom = 1
        layout.right = 1
        layout.sampleStride = 8 * 6 * 16
        let clear = Instruction(
            .clearBorder, operands: [Operand(.activations)], parameters: Self.bytes(ClearBorderParameters(layout)),
            label: "border")
        #expect(try clear.work(samples: 3, lanes: 16) == Work(written: 3 * (8 * 6 - 6 * 4) * 16 * 4))
    }

    @Test func aWinogradConvolutionHasLessToDo() throws {
        func image(border: Int) -> ImageLayout {
            ImageLayout(
                channels: 16, height: 6, width: 6, channelBlock: 16, top: border, left: border, bottom: border,
                right: border)
        }
        var parameters = WinogradParameters(source: image(border: 1), destination: image(border: 0), tile: .small)
        (parameters.padTop, parameters.padLeft, parameters.outputHeight, parameters.outputWidth) = (1, 1, 6, 6)
        let convolution = Instruction(
            .winogradConvolution, operands: Array(repeating: Operand(.activations), count: 7),
            parameters: Self.bytes(parameters), label: "conv", multiplyAdds: 36 * 9 * 256)
        #expect(try convolution.work(samples: 2, lanes: 16).multiplyAdds == 2 * 36 * 4 * 256)
        #expect(convolution.choice(lanes: 16) == "Winograd, F(2 × 2, 3 × 3)")
        parameters.tile = .row
        parameters.source.channels = 1
        parameters.source.channelBlock = 1
        parameters.source.right = 28
        parameters.source.sampleStride = Int32(parameters.source.sampleElements)
        let rows = Instruction(
            .winogradRowConvolution, operands: Array(convolution.operands.dropLast()),
            parameters: Self.bytes(parameters), label: "conv",
            multiplyAdds: 36 * 9 * 16)
        #expect(try rows.work(samples: 2, lanes: 16).multiplyAdds == 2 * 36 * 6 * 16)
        #expect(rows.choice(lanes: 16) == "Winograd, F(1 × 2, 3 × 3)")
    }
}
