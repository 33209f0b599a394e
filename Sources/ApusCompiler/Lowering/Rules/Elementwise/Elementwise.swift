import ApusGraph
import ApusInstructions
import ApusPlan

/// The rule of every operator with an ``ApusGraph/Operator/expression`` or a formula: one program for each element, in the layout that the
/// operands have.
struct ElementwiseRule: SingleRule {
    let expression: Expression

    init(_ expression: Expression) { self.expression = expression }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder {
        site.hasOneType ? .asCompanions : .plain
    }

    func companions(_ site: Site) -> [ValueID] { site.hasOneType ? site.operands : [] }

    func wholeForm(_ site: Site) -> WholeForm? { .expression(expression) }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        guard site.hasOneType, site.type(site.results[0]).elementType == .f32 else {
            throw site.unsupported("has no instruction for operands of several types")
        }
        let result = try lowering.makeResult(site.results[0])
        var sources: [Stored] = []
        for operand in site.operands {
            sources.append(
                result.isPlain
                    ? try lowering.readableOperand(operand) : try lowering.operand(operand, in: result.layout))
        }
        let steps = try ElementwiseProgram(expression, operands: sources.count, value: site.name).steps
        var parameters = ElementwiseParameters(
            count: result.layout.sampleElements, steps: steps.count, sources: sources.count,
            destinationStride: Int(result.layout.sampleStride))
        let strides = sources.map(\.layout.sampleStride) + [0, 0, 0, 0]
        parameters.stride0 = strides[0]
        parameters.stride1 = strides[1]
        parameters.stride2 = strides[2]
        parameters.stride3 = strides[3]
        lowering.body.append(
            PendingInstruction(
                opcode: .elementwise, operands: sources.map(\.place) + [result.place],
                parameters: bytes(of: parameters) + steps.flatMap { bytes(of: $0) }, label: site.name,
                multiplyAdds: 0, repeats: result.imageCount))
        let zeros = [Double](repeating: 0, count: sources.count)
        if expression.evaluate(zeros) != 0 {
            lowering.clearBorder(result, label: site.name)
        }
    }
}
