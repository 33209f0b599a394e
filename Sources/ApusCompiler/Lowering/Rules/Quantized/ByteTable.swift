import ApusGraph
import ApusInstructions
import ApusPlan

/// A function of single bytes, as they lie.
struct ByteTableRule: OperatorRule, SingleRule {
    init(_ operation: ByteTable) {}

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder {
        site.byteOrder(of: [site.operands[0]], isPlain)
    }

    func companions(_ site: Site) -> [ValueID] { [site.operands[0]] }

    func operandsInPlace(_ site: Site) -> [ValueID] { [site.operands[0]] }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let table = try lowering.fixedElements(of: site.operands[1], site).whole.map { UInt8($0) }
        let offset = lowering.constants.append(table)
        let result = try lowering.makeByteResult(site.results[0])
        let x = try lowering.byteOperand(site.operands[0], like: result)
        lowering.emit(
            .byteTable, [x.place, .fixed(Operand(.constants, offset: offset)), result.place],
            ByteTableParameters(source: x.layout, destination: result.layout), label: site.name,
            repeats: x.imageCount)
        lowering.fillBorder(result, of: site.results[0], label: site.name)
    }
}
