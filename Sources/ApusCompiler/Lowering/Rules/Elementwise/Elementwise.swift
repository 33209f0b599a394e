import ApusGraph
import ApusInstructions
import ApusPlan

/// The rule of every operator with an ``ApusGraph/Operator/expression`` or a formula: one program for each element.
///
/// Operands of the result's own type f32 are taken in the layout that they have, images in blocks too, with or without parameters
/// that have a number for each channel; others are plain, with strides that repeat elements.
struct ElementwiseRule: SingleRule {
    let expression: Expression

    init(_ expression: Expression) { self.expression = expression }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder {
        keepsLayout(site) || !images(site).isEmpty ? .asCompanions : .plain
    }

    func companions(_ site: Site) -> [ValueID] { keepsLayout(site) ? site.operands : images(site) }

    func operandsInPlace(_ site: Site) -> [ValueID] {
        site.operands.filter { site.isDynamic($0) && site.type($0) == site.type(site.results[0]) }
    }

    func wholeForm(_ site: Site) -> WholeForm? {
        let type = site.type(site.results[0])
        guard type.elementType == .f32, site.operands.allSatisfy({ site.type($0) == type }),
            steps(operands: site.operands.count) != nil
        else {
            return nil
        }
        return .expression(expression)
    }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        guard keepsLayout(site) else {
            let isBlocked = lowering.layouts.isBlocked(site.results[0])
            return isBlocked ? try emitImages(site, into: &lowering) : try emitMap(site, into: &lowering)
        }
        let isBlocked = lowering.layouts.isBlocked(site.results[0])
        let result = isBlocked ? try lowering.makeResult(site.results[0]) : try lowering.makeOutput(site.results[0])
        var sources: [Stored] = []
        for operand in site.operands {
            sources.append(
                result.isPlain
                    ? try lowering.readableOperand(operand) : try lowering.operand(operand, as: result.layout))
        }
        if let steps = steps(operands: site.operands.count) {
            emit(steps, sources, result, site, into: &lowering)
        } else {
            let elements = result.layout.sampleElements
            let program = try program(site)
            try lowering.emitMap(
                program.program, [elements], from: program.sources.map { one($0, sources, result) },
                to: one(0, [result], result), site, repeats: result.imageCount)
        }
        let zeros = [Double](repeating: 0, count: sources.count)
        if expression.evaluate(zeros) != 0 {
            lowering.clearBorder(result, label: site.name)
        }
    }

    /// A value as one row of its images' elements, whatever they are.
    private func one(_ index: Int, _ values: [Stored], _ result: Stored) -> StridedOperand {
        var operand = StridedOperand(values[index], strides: [1])
        operand.sampleStride = Int(values[index].layout.sampleStride)
        return operand
    }

    private func emit(
        _ steps: [ElementwiseStep], _ sources: [Stored], _ result: Stored, _ site: Site, into lowering: inout Lowering
    ) {
        var parameters = ElementwiseParameters(
            count: result.layout.sampleElements, steps: steps.count, sources: sources.count,
            destinationStride: Int(result.layout.sampleStride))
        let strides = sources.map(\.layout.sampleStride) + [0, 0, 0, 0]
        parameters.stride0 = strides[0]
        parameters.stride1 = strides[1]
        parameters.stride2 = strides[2]
        parameters.stride3 = strides[3]
        lowering.append(
            PendingInstruction(
                opcode: .elementwise, operands: sources.map(\.place) + [result.place],
                parameters: bytes(of: parameters) + steps.flatMap { bytes(of: $0) }, label: site.name,
                multiplyAdds: 0, repeats: result.imageCount))
    }

    /// Computes any types, with strides that repeat elements.
    private func emitMap(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let shape = try lowering.typeShape(site.results[0])
        let program = try program(site)
        var sources: [StridedOperand] = []
        for index in program.sources {
            let strides = broadcastStrides(try lowering.typeShape(site.operands[index]), over: shape)
            sources.append(StridedOperand(try lowering.readableOperand(site.operands[index]), strides: strides))
        }
        let result = try lowering.makeOutput(site.results[0])
        try lowering.emitMap(
            program.program, shape, from: sources, to: StridedOperand(result, strides: rowMajorStrides(shape)), site)
    }

    /// The program of a `map` instruction, and which operands it reads.
    func program(_ site: Site) throws(LoweringError) -> (program: MapProgram, sources: [Int]) {
        let sources = expression.operands.sorted()
        let types = (site.operands + site.results).map { site.type($0).elementType }
        return (try MapProgram(expression, sources: sources, in: ComputeType(for: types), site), sources)
    }

    /// The program of an `elementwise` instruction; nil where that can't compute it.
    private func steps(operands: Int) -> [ElementwiseStep]? {
        guard operands <= 4 else { return nil }
        return try? ElementwiseProgram(expression, operands: operands, value: "").steps
    }

    /// Whether it computes the elements as they lie, whatever is in the unused lanes of blocks.
    private func keepsLayout(_ site: Site) -> Bool {
        site.hasOneType && site.type(site.results[0]).elementType == .f32
            && takesAnyLayout(operands: site.operands.count)
    }

    /// Whether f32 of one type may lie in any way: what is computed in the unused lanes of blocks does no harm.
    func takesAnyLayout(operands: Int) -> Bool { steps(operands: operands) != nil || expression.isFiniteEverywhere }
}

extension Expression {
    /// Whether finite operands give a finite value, as unused lanes must have, and no large one overflows.
    var isFiniteEverywhere: Bool { isFinite(dividingBy: []) }

    /// The same where some operands are no other numbers in unused lanes than in those that are used, so that they may divide.
    func isFinite(dividingBy divisors: Set<Int>) -> Bool {
        switch self {
        case .operand, .constant: true
        case .unary(let function, let inner): function.isFiniteEverywhere && inner.isFinite(dividingBy: divisors)
        case .binary(.divide, let dividend, .operand(let divisor)) where divisors.contains(divisor):
            dividend.isFinite(dividingBy: divisors)
        case .binary(let function, let first, let second):
            ![.divide, .power, .remainder, .modulo].contains(function) && first.isFinite(dividingBy: divisors)
                && second.isFinite(dividingBy: divisors)
        case .select(let condition, let first, let second):
            [condition, first, second].allSatisfy { $0.isFinite(dividingBy: divisors) }
        }
    }
}

extension Expression.Unary {
    fileprivate var isFiniteEverywhere: Bool {
        ![
            .exponential, .logarithm, .squareRoot, .tangent, .arcSine, .arcCosine, .hyperbolicSine, .hyperbolicCosine,
            .inverseHyperbolicCosine, .inverseHyperbolicTangent,
        ].contains(self)
    }
}
