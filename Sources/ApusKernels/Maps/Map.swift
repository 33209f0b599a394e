import ApusInstructions
import CPlatform

func map(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ parameters: UnsafeRawPointer, _ samples: Int) {
    let settings = parameters.load(as: MapParameters.self)
    switch ComputeType(rawValue: settings.computeType) {
    case .int64: MapProgram<MapIntegers>(settings, parameters).run(operands, samples)
    case .float64: MapProgram<MapDoubles>(settings, parameters).run(operands, samples)
    default: MapProgram<MapFloats>(settings, parameters).run(operands, samples)
    }
}

/// Words of room for all registers: few enough to stay in the first-level cache. A small tensor gets less, as clearing more than is
/// needed would cost it more than its work; to others large registers make the cost of choosing an operation small.
private let room = (small: 512, large: 2048)

/// The most elements of a tensor that counts as small.
private let smallTensor = 2048

/// Rows shorter than this are computed several at a time.
private let shortRow = 64

/// One operand as the loops see it.
private struct MapAccess {
    var address: UnsafeMutableRawPointer
    var type: StoredType
    /// Bytes of an element.
    var bytes: Int
}

/// A map instruction: its operands are the sources and then the destination.
private struct MapProgram<Compute: MapCompute> {
    typealias Element = Compute.Element
    let settings: MapParameters
    let steps: UnsafePointer<MapStep>
    let stepCount: Int
    let sources: Int

    init(_ settings: MapParameters, _ parameters: UnsafeRawPointer) {
        self.settings = settings
        steps = (parameters + MemoryLayout<MapParameters>.stride).assumingMemoryBound(to: MapStep.self)
        stepCount = Int(settings.stepCount)
        sources = Int(settings.sourceCount)
    }

    func run(_ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ samples: Int) {
        let loops = loops(samples)
        if loops.isEmpty { return }
        var elements = 1
        for loop in 0..<loops.depth { elements &*= loops.extents[loop] }
        let streams = elements &* MemoryLayout<Element>.stride >= streamedBytes
        if isDirect(loops) && !streams {
            MapDirect<Compute>(loops, steps[0], sources: sources) { operands[$0].unsafelyUnwrapped }.run(loops)
            return
        }
        var registers = max(sources, 1)
        for step in 0..<stepCount { registers = max(registers, Int(steps[step].result) + 1) }
        // Besides the registers there is room for one vector, the spare one, and for reaching a whole cache line.
        if registers <= 4 && elements <= smallTensor {
            var scratch = InlineArray<536, UInt64>(repeating: 0)
            withUnsafeMutableBytes(of: &scratch) { run(operands, loops, $0, registerBytes: room.small &* 8 / 4, false) }
        } else {
            let share = registers <= 4 ? 4 : registers <= 8 ? 8 : 16
            var scratch = InlineArray<2072, UInt64>(repeating: 0)
            withUnsafeMutableBytes(of: &scratch) {
                run(operands, loops, $0, registerBytes: room.large &* 8 / share, streams)
            }
        }
        if streams { apus_fence() }
    }

    private func run(
        _ operands: UnsafePointer<UnsafeMutableRawPointer?>, _ loops: StridedLoops,
        _ scratch: UnsafeMutableRawBufferPointer, registerBytes: Int, _ streams: Bool
    ) {
        // The registers come after the spare vector.
        let spare = scratch.baseAddress.unsafelyUnwrapped.alignedUp(toMultipleOf: 64)
        var run = MapRun<Compute>(
            loops, steps, stepCount, sources, spare + 128, registerBytes: registerBytes, spare: spare,
            streams: streams)
        forEachOperand { run.setOperand($0, operands[$0].unsafelyUnwrapped, $1) }
        run.run()
    }

    /// Calls `body` with each operand's number and parameters.
    @inline(__always)
    private func forEachOperand(_ body: (Int, MapOperand) -> Void) {
        withUnsafePointer(to: settings.sources) { pointer in
            pointer.withMemoryRebound(to: MapOperand.self, capacity: MapParameters.maximumSourceCount) { all in
                for source in 0..<sources { body(source, all[source]) }
            }
        }
        body(sources, settings.destination)
    }

    /// Whether ``MapDirect`` can do it.
    private func isDirect(_ loops: StridedLoops) -> Bool {
        let depth = loops.depth
        guard stepCount == 1, depth < 2 || loops.extents[depth - 1] >= shortRow,
            MapStep.Operation(rawValue: steps[0].operation).unsafelyUnwrapped.operands > 0
        else { return false }
        var result = depth == 0 || loops.strides[depth - 1][sources] == 1
        forEachOperand { number, operand in
            result =
                result && operand.type == Compute.type.rawValue
                && (depth == 0 || loops.strides[depth - 1][number] | 1 == 1)
        }
        return result
    }

    /// The samples and the eight loops, joined. Loops whose index the program asks for stay by themselves.
    private func loops(_ samples: Int) -> StridedLoops {
        var indexed = 0
        for step in 0..<stepCount where steps[step].operation == MapStep.Operation.index.rawValue {
            indexed |= 1 << Int(truncatingIfNeeded: steps[step].valueBits)
        }
        var loops = StridedLoops(operands: sources + 1)
        withUnsafePointer(to: settings.sources) { pointer in
            pointer.withMemoryRebound(to: MapOperand.self, capacity: MapParameters.maximumSourceCount) { all in
                func strides(_ stride: (MapOperand) -> Int32) -> Nine {
                    var strides = Nine(repeating: 0)
                    for source in 0..<sources { strides[source] = Int(stride(all[source])) }
                    strides[sources] = Int(stride(settings.destination))
                    return strides
                }
                loops.append(extent: samples, strides: strides { $0.sampleStride })
                withNumbers(of: settings.extents) { extents in
                    for loop in 0..<8 where extents[loop] != 1 {
                        loops.append(
                            extent: Int(extents[loop]),
                            strides: strides { operand in withNumbers(of: operand.strides) { $0[loop] } },
                            name: loop, isKeptApart: indexed >> loop & 1 == 1)
                    }
                }
            }
        }
        return loops
    }
}

/// The state of a map instruction while it runs.
///
/// The innermost loop is cut into chunks. Where it is short, a chunk holds several rows of it: the iterations of the loop outside. A
/// source whose elements lie together and are of the compute type is read where it lies, and one that repeats an element is
/// one vector; others are loaded into their register.
private struct MapRun<Compute: MapCompute> {
    typealias Element = Compute.Element
    let loops: StridedLoops
    let steps: UnsafePointer<MapStep>
    let stepCount: Int
    let sources: Int
    let scratch: UnsafeMutablePointer<Element>
    /// A vector for equal numbers whose register is being overwritten.
    let spare: UnsafeMutablePointer<Element>
    let inner: (extent: Int, strides: Nine)
    /// The rows that chunks share: one where the innermost loop is long.
    let outer: (extent: Int, strides: Nine)
    /// The innermost loops that chunks cover: two where they hold several rows, else one.
    let covered: Int
    var operands: InlineArray<9, MapAccess>
    var registers: InlineArray<16, MapRegister<Element>>
    /// What is in a source's register: the address and the rows it was loaded from, so that what repeats is loaded once.
    private var loaded = Nine(repeating: 0)
    private var loadedRows = Nine(repeating: 0)
    private var loadedCount = Nine(repeating: 0)
    private var isOverwritten = InlineArray<16, Bool>(repeating: false)

    /// Elements of a register.
    let registerElements: Int
    /// Whether results that need no conversion go past the caches.
    let streams: Bool

    init(
        _ loops: StridedLoops, _ steps: UnsafePointer<MapStep>, _ stepCount: Int, _ sources: Int,
        _ scratch: UnsafeMutableRawPointer, registerBytes: Int, spare: UnsafeMutableRawPointer,
        streams: Bool
    ) {
        self.streams = streams
        registerElements = registerBytes / MemoryLayout<Element>.stride
        self.spare = spare.assumingMemoryBound(to: Element.self)
        self.loops = loops
        self.steps = steps
        self.stepCount = stepCount
        self.sources = sources
        self.scratch = scratch.assumingMemoryBound(to: Element.self)
        inner = loops.loop()
        let sharesRows = inner.extent < shortRow && loops.depth > 1
        outer = sharesRows ? loops.loop(outside: 1) : (1, Nine(repeating: 0))
        covered = sharesRows ? 2 : 1
        operands = .init(repeating: MapAccess(address: scratch, type: .float32, bytes: 4))
        registers = .init(repeating: MapRegister(address: self.scratch, mask: -1))
        for step in 0..<stepCount { isOverwritten[Int(steps[step].result)] = true }
    }

    mutating func setOperand(_ index: Int, _ address: UnsafeMutableRawPointer, _ operand: MapOperand) {
        let type = StoredType(rawValue: operand.type).unsafelyUnwrapped
        operands[index] = MapAccess(address: address, type: type, bytes: type.bytes)
    }

    mutating func run() {
        loops.forEach(outside: covered) { offsets, counters in
            if covered == 2 {
                runRows(offsets, counters)
            } else {
                var start = 0
                while start < inner.extent {
                    let rest = inner.extent - start
                    let count = rest < lanes ? rest : min(registerElements, rest / lanes * lanes)
                    runChunk(offsets, counters, row: 0, rows: 1, start: start, count: count)
                    start += count
                }
            }
        }
    }

    private mutating func runRows(_ offsets: Nine, _ counters: Nine) {
        var rows = registerElements / inner.extent
        // Whole vectors, where that leaves at least half of the register in use.
        let whole = lanes >> min(inner.extent.trailingZeroBitCount, lanes.trailingZeroBitCount)
        if rows >= whole { rows = rows / whole * whole }
        var row = 0
        while row < outer.extent {
            let count = min(rows, outer.extent - row)
            runChunk(offsets, counters, row: row, rows: count, start: 0, count: inner.extent)
            row += count
        }
    }

    /// Computes `rows` rows of `count` elements each.
    private mutating func runChunk(
        _ offsets: Nine, _ counters: Nine, row: Int, rows: Int, start: Int, count: Int
    ) {
        let elements = rows &* count
        let padded = (elements + lanes - 1) / lanes * lanes
        let isWhole = padded == elements
        for source in 0..<sources {
            load(source, tile(source, offsets, row, rows, start, count), isWhole: isWhole, elements: elements)
        }
        let target = tile(sources, offsets, row, rows, start, count)
        let isDirect =
            isWhole && operands[sources].type == Compute.type && target.stride == 1
            && (rows == 1 || target.rowStride == count)
        var result = registers[0]
        for number in 0..<stepCount {
            let step = steps[number]
            let place = scratch + Int(step.result) &* registerElements
            let operation = MapStep.Operation(rawValue: step.operation).unsafelyUnwrapped
            let isLast = number == stepCount - 1
            switch operation {
            case .constant:
                result = splat(Compute.constant(bits: step.valueBits), place)
            case .index:
                result = indices(Int(truncatingIfNeeded: step.valueBits), counters, row, rows, start, count, place)
            default:
                let first = operand(step.first, resultIn: place)
                let second = operand(step.second, resultIn: place)
                let third = operand(step.third, resultIn: place)
                let used = operation.operands
                let mask = first.mask | (used > 1 ? second.mask : 0) | (used > 2 ? third.mask : 0)
                if isLast && isDirect && !streams {
                    Compute.execute(
                        operation, first, second, third, target.address.assumingMemoryBound(to: Element.self),
                        count: padded)
                    return
                }
                Compute.execute(operation, first, second, third, place, count: mask == 0 ? lanes : padded)
                result = MapRegister(address: place, mask: mask)
            }
            registers[Int(step.result)] = result
        }
        if isDirect && streams && result.mask != 0 {
            stream(result.address, to: target.address.assumingMemoryBound(to: Element.self), count: elements)
        } else {
            store(result, target, elements: elements)
        }
    }

    /// A register as an operand of a step. Equal numbers are read again for every vector of the result, so they may not lie where
    /// the result goes.
    @inline(__always)
    private func operand(_ index: Int32, resultIn place: UnsafeMutablePointer<Element>) -> MapRegister<Element> {
        let register = registers[Int(index)]
        if register.mask != 0 || register.address != place { return register }
        return splat(place[0], spare)
    }

    private func tile(
        _ operand: Int, _ offsets: Nine, _ row: Int, _ rows: Int, _ start: Int, _ count: Int
    ) -> MapTile {
        let offset = offsets[operand] &+ row &* outer.strides[operand] &+ start &* inner.strides[operand]
        return MapTile(
            address: operands[operand].address + offset &* operands[operand].bytes, rows: rows,
            rowStride: outer.strides[operand], count: count, stride: inner.strides[operand])
    }

    @inline(__always)
    private mutating func load(_ source: Int, _ tile: MapTile, isWhole: Bool, elements: Int) {
        let place = scratch + source &* registerElements
        let type = operands[source].type
        let isRow = tile.rows == 1 || tile.rowStride == tile.count &* tile.stride
        if isWhole && tile.stride == 1 && isRow && type == Compute.type {
            registers[source] = MapRegister(address: tile.address.assumingMemoryBound(to: Element.self), mask: -1)
            return
        }
        let isOne = tile.stride == 0 && isRow
        registers[source] = MapRegister(address: place, mask: isOne ? 0 : -1)
        let address = Int(bitPattern: tile.address)
        let rows = isOne ? 1 : tile.rows
        let count = isOne ? 1 : tile.count
        // The same rows as before: no other stride leads from one address to the next.
        if !isOverwritten[source] && loaded[source] == address && loadedRows[source] >= rows
            && loadedCount[source] == count
        {
            return
        }
        loaded[source] = address
        loadedRows[source] = rows
        loadedCount[source] = count
        if isOne {
            Compute.load(
                MapTile(address: tile.address, rows: 1, rowStride: 0, count: 1, stride: 1), type, to: place)
            _ = splat(place[0], place)
        } else {
            Compute.load(tile, type, to: place)
        }
    }

    private func store(_ register: MapRegister<Element>, _ target: MapTile, elements: Int) {
        if register.mask == 0 {
            let block = Compute.block(register, at: 0)
            var index = lanes
            while index < elements {
                Compute.put(block, register.address, at: index)
                index += lanes
            }
        }
        Compute.store(register.address, to: target, operands[sources].type)
    }

    @inline(__always)
    private func splat(_ value: Element, _ place: UnsafeMutablePointer<Element>) -> MapRegister<Element> {
        Compute.put(Compute.Block(repeating: value), place, at: 0)
        return MapRegister(address: place, mask: 0)
    }

    /// The running index along the loop `axis`.
    private func indices(
        _ axis: Int, _ counters: Nine, _ row: Int, _ rows: Int, _ start: Int, _ count: Int,
        _ place: UnsafeMutablePointer<Element>
    ) -> MapRegister<Element> {
        guard let loop = loops.loop(named: axis) else { return splat(Compute.number(0), place) }
        let level = loops.depth - 1 - loop
        if level >= covered { return splat(Compute.number(counters[loop]), place) }
        for line in 0..<rows {
            for index in 0..<count {
                place[line &* count &+ index] = Compute.number(level == 0 ? start &+ index : row &+ line)
            }
        }
        return MapRegister(address: place, mask: -1)
    }
}
