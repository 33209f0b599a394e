package import ApusInstructions
import ApusKernels
package import ApusPlan
import CPlatform

#if arch(x86_64)
    import ApusKernelsV3
    import ApusKernelsV3VNNI
    import ApusKernelsV4
    import ApusKernelsV4BF16
    import ApusKernelsV4VNNI
#endif

/// What one core of this machine can do at most with a target's instructions, as measured here and now.
package struct MachineLimits: Sendable, Equatable {
    /// How fast memory is read and written that was touched just before, as much at a time as the level says.
    package struct Level: Sendable, Equatable {
        /// Bytes that are gone through again and again.
        package var size: Int
        package var bytesReadPerSecond: Double
        package var bytesWrittenPerSecond: Double

        package init(size: Int, bytesReadPerSecond: Double, bytesWrittenPerSecond: Double) {
            self.size = size
            self.bytesReadPerSecond = bytesReadPerSecond
            self.bytesWrittenPerSecond = bytesWrittenPerSecond
        }
    }

    package var target: Target
    /// Of f32.
    package var multiplyAddsPerSecond: Double
    /// Those of other factors that were measured.
    package var narrowMultiplyAddsPerSecond: [FactorType: Double]
    /// From the smallest to the largest: the nearest cache to main memory.
    package var levels: [Level]

    package init(
        target: Target, multiplyAddsPerSecond: Double, narrowMultiplyAddsPerSecond: [FactorType: Double] = [:],
        levels: [Level]
    ) {
        self.target = target
        self.multiplyAddsPerSecond = multiplyAddsPerSecond
        self.narrowMultiplyAddsPerSecond = narrowMultiplyAddsPerSecond
        self.levels = levels
    }

    /// Floating-point operations a second: a multiply-add is two.
    package var operationsPerSecond: Double { 2 * multiplyAddsPerSecond }

    /// The least time for so much work: what its arithmetic takes or what its memory takes, whichever is longer (the roofline
    /// model: Williams, Waterman and Patterson, 2009). Reads and writes go on side by side.
    ///
    /// - Parameters:
    ///   - factors: what the multiply-adds are of. Where their limit wasn't measured that of f32 counts.
    ///   - footprint: bytes that are touched at a time. Memory is taken to be as fast as at the largest measured size
    ///     that isn't larger: the limit is one that can't be passed, wherever the bytes come from.
    package func seconds(
        multiplyAdds: Double, of factors: FactorType = .f32, bytesRead: Double, bytesWritten: Double, footprint: Int
    ) -> Double {
        let arithmetic = multiplyAdds / (narrowMultiplyAddsPerSecond[factors] ?? multiplyAddsPerSecond)
        guard let level = levels.last(where: { $0.size <= footprint }) ?? levels.first else { return arithmetic }
        return max(
            arithmetic, bytesRead / level.bytesReadPerSecond, bytesWritten / level.bytesWrittenPerSecond)
    }

    /// The sizes that are measured: the near caches, the shared one, and main memory.
    private static let sizes = [16 << 10, 256 << 10, 4 << 20, 64 << 20]

    /// Measures, on the thread that asks: 0.15 s.
    ///
    /// - Parameter factors: what the limit of multiply-adds is measured for, beside f32.
    /// - Throws: ``SessionError`` where this processor doesn't run the target or the memory can't be had.
    package static func measure(
        on target: Target, of factors: Set<FactorType> = []
    ) throws(SessionError) -> MachineLimits {
        let loops = try LimitLoops(target)
        let clock = TickClock()
        let memory = try MemoryArena(size: sizes.max() ?? 0)
        let control = apus_flush_denormals()
        defer { apus_restore_float_control(control) }
        // A core may need a while until it runs wide instructions at full speed: short trials, many of them.
        let rounds = 4_000
        let arithmetic = minimumTicks(trials: 400, clock) { loops.multiplyAdd(rounds) }
        var narrow: [FactorType: Double] = [:]
        for loop in loops.narrow where factors.contains(loop.factors) {
            let ticks = minimumTicks(trials: 400, clock) { loop.multiplyAdd(rounds) }
            narrow[loop.factors] = Double(rounds * loop.perMultiplyAdd * loops.multiplyAddsOfRound) / ticks
        }
        var ticks: [(size: Int, read: Double, written: Double)] = []
        for size in sizes {
            let count = size / MemoryLayout<Float>.stride
            let passes = max(1, (256 << 10) / size)
            let trials = min(100, max(3, (8 << 20) / size))
            // Written first, so that the pages are there.
            let written = minimumTicks(trials: trials, clock) { unsafe loops.write(memory.start, count, passes) }
            let read = minimumTicks(trials: trials, clock) { unsafe loops.read(memory.start, count, passes) }
            ticks.append((size, read / Double(passes), written / Double(passes)))
        }
        let second = 1 / clock.secondsPerTick()
        return MachineLimits(
            target: target, multiplyAddsPerSecond: Double(rounds * loops.multiplyAddsOfRound) * second / arithmetic,
            narrowMultiplyAddsPerSecond: narrow.mapValues { $0 * second },
            levels: ticks.map { entry in
                Level(
                    size: entry.size, bytesReadPerSecond: Double(entry.size) * second / entry.read,
                    bytesWrittenPerSecond: Double(entry.size) * second / entry.written)
            })
    }

    /// The minimum time of several trials, in ticks.
    private static func minimumTicks(trials: Int, _ clock: TickClock, _ work: () -> Void) -> Double {
        var minimum = UInt64.max
        for _ in 0..<trials {
            let before = apus_ticks()
            work()
            let after = apus_ticks()
            minimum = min(minimum, after &- before)
        }
        return Double(minimum > clock.cost ? minimum - clock.cost : 1)
    }
}

/// A loop of multiply-adds of less than 32 bits.
private struct NarrowLoop {
    let factors: FactorType
    /// How many are done in the place of one of f32.
    let perMultiplyAdd: Int
    let multiplyAdd: (Int) -> Void

    static func bytes(_ rounds: @escaping (Int) -> Int32) -> NarrowLoop {
        NarrowLoop(factors: .bytes, perMultiplyAdd: 4) { _ = rounds($0) }
    }

    static func bfloats<Result>(_ rounds: @escaping (Int) -> Result) -> NarrowLoop {
        NarrowLoop(factors: .bfloat16, perMultiplyAdd: 2) { _ = rounds($0) }
    }
}

/// The loops of one target's kernels.
@safe
private struct LimitLoops {
    let multiplyAddsOfRound: Int
    let multiplyAdd: (Int) -> Void
    /// The loops of other factors.
    let narrow: [NarrowLoop]
    let read: (UnsafeMutableRawPointer, Int, Int) -> Void
    let write: (UnsafeMutableRawPointer, Int, Int) -> Void

    init(_ target: Target) throws(SessionError) {
        guard Processor.targets.contains(target) else {
            throw SessionError.wrongTarget(plan: target, processor: Processor.targets[0])
        }
        switch target {
        #if arch(x86_64)
            case .avx512:
                multiplyAddsOfRound = ApusKernelsV4.multiplyAddsOfRound
                multiplyAdd = { _ = ApusKernelsV4.multiplyAddRounds($0) }
                let isVNNI = Processor.multipliesBytes(of: target)
                let isBF16 = Processor.multipliesBFloats(of: target)
                narrow = [
                    .bytes { isVNNI ? ApusKernelsV4VNNI.byteProductRounds($0) : ApusKernelsV4.byteProductRounds($0) },
                    .bfloats {
                        isBF16 ? ApusKernelsV4BF16.bfloat16ProductRounds($0) : ApusKernelsV4.bfloat16ProductRounds($0)
                    },
                ]
                unsafe read = { _ = unsafe ApusKernelsV4.readRounds($0, count: $1, rounds: $2) }
                unsafe write = { unsafe ApusKernelsV4.writeRounds($0, count: $1, rounds: $2) }
            case .avx2:
                multiplyAddsOfRound = ApusKernelsV3.multiplyAddsOfRound
                multiplyAdd = { _ = ApusKernelsV3.multiplyAddRounds($0) }
                let isVNNI = Processor.multipliesBytes(of: target)
                narrow = [
                    .bytes { isVNNI ? ApusKernelsV3VNNI.byteProductRounds($0) : ApusKernelsV3.byteProductRounds($0) },
                    .bfloats { ApusKernelsV3.bfloat16ProductRounds($0) },
                ]
                unsafe read = { _ = unsafe ApusKernelsV3.readRounds($0, count: $1, rounds: $2) }
                unsafe write = { unsafe ApusKernelsV3.writeRounds($0, count: $1, rounds: $2) }
        #endif
        default:
            multiplyAddsOfRound = ApusKernels.multiplyAddsOfRound
            multiplyAdd = { _ = ApusKernels.multiplyAddRounds($0) }
            narrow = [
                .bytes { ApusKernels.byteProductRounds($0) }, .bfloats { ApusKernels.bfloat16ProductRounds($0) },
            ]
            unsafe read = { _ = unsafe ApusKernels.readRounds($0, count: $1, rounds: $2) }
            unsafe write = { unsafe ApusKernels.writeRounds($0, count: $1, rounds: $2) }
        }
    }
}
