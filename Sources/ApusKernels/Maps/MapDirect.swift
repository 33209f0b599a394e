import ApusInstructions

/// A map of one step whose operands are all of the compute type, and whose innermost loop goes along elements that lie together or
/// repeats one: nothing is loaded or stored but by the step.
struct MapDirect<Compute: MapCompute> {
    typealias Element = Compute.Element
    typealias Numbers = UnsafeMutablePointer<Element>

    /// One operand of the step.
    private struct Access {
        var address: Numbers
        /// The operand's number among the loops' strides.
        var number: Int
        var rowStride: Int
        var mask: Int
    }

    private let operation: MapStep.Operation
    private let first, second, third: Access
    private let result: Access
    private let columns, rows: Int
    /// Whether the last vector of a row may be computed over what was computed before: not where the result is a source.
    private let mayRepeat: Bool

    /// - Parameter operand: the address of each operand, sources first.
    init(
        _ loops: StridedLoops, _ step: MapStep, sources: Int, _ operand: (Int) -> UnsafeMutableRawPointer
    ) {
        operation = MapStep.Operation(rawValue: step.operation).unsafelyUnwrapped
        let used = operation.operands
        let depth = loops.depth
        columns = depth > 0 ? loops.extents[depth - 1] : 1
        rows = depth > 1 ? loops.extents[depth - 2] : 1
        func access(_ number: Int) -> Access {
            Access(
                address: operand(number).assumingMemoryBound(to: Element.self), number: number,
                rowStride: depth > 1 ? loops.strides[depth - 2][number] : 0,
                mask: depth > 0 ? 0 &- loops.strides[depth - 1][number] : 0)
        }
        result = access(sources)
        first = access(Int(step.first))
        second = used > 1 ? access(Int(step.second)) : first
        third = used > 2 ? access(Int(step.third)) : first
        mayRepeat =
            first.address != result.address && second.address != result.address && third.address != result.address
    }

    func run(_ loops: StridedLoops) {
        var vectors = InlineArray<4, Compute.Block>(repeating: Compute.Block())
        withUnsafeMutableBytes(of: &vectors) { bytes in
            let scratch = bytes.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: Element.self)
            loops.forEach(outside: 2) { offsets, _ in
                var a = first.address + offsets[first.number]
                var b = second.address + offsets[second.number]
                var c = third.address + offsets[third.number]
                var target = result.address + offsets[result.number]
                for _ in 0..<rows {
                    runRow(a, b, c, target, scratch)
                    a += first.rowStride
                    b += second.rowStride
                    c += third.rowStride
                    target += result.rowStride
                }
            }
        }
    }

    @inline(__always)
    private func runRow(_ a: Numbers, _ b: Numbers, _ c: Numbers, _ target: Numbers, _ scratch: Numbers) {
        let whole = columns / lanes * lanes
        if whole > 0 {
            let one = register(a, first, scratch)
            let two = register(b, second, scratch + lanes)
            let three = register(c, third, scratch + 2 * lanes)
            Compute.execute(operation, one, two, three, target, count: whole)
            if whole == columns { return }
            if mayRepeat {
                let last = columns - lanes
                Compute.execute(
                    operation, moved(one, last), moved(two, last), moved(three, last), target + last, count: lanes)
                return
            }
        }
        for lane in 0..<columns - whole {
            scratch[lane] = a[(whole + lane) & first.mask]
            scratch[lanes + lane] = b[(whole + lane) & second.mask]
            scratch[2 * lanes + lane] = c[(whole + lane) & third.mask]
        }
        let rest = scratch + 3 * lanes
        Compute.execute(
            operation, MapRegister(address: scratch, mask: -1), MapRegister(address: scratch + lanes, mask: -1),
            MapRegister(address: scratch + 2 * lanes, mask: -1), rest, count: lanes)
        for lane in 0..<columns - whole { target[whole + lane] = rest[lane] }
    }

    @inline(__always)
    private func register(_ address: Numbers, _ access: Access, _ scratch: Numbers) -> MapRegister<Element> {
        if access.mask != 0 { return MapRegister(address: address, mask: -1) }
        Compute.put(Compute.Block(repeating: address[0]), scratch, at: 0)
        return MapRegister(address: scratch, mask: 0)
    }

    @inline(__always)
    private func moved(_ register: MapRegister<Element>, _ distance: Int) -> MapRegister<Element> {
        MapRegister(address: register.address + (distance & register.mask), mask: register.mask)
    }
}
