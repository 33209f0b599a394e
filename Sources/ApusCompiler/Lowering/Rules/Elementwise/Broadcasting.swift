import ApusGraph
import ApusInstructions
import ApusPlan

/// The rule of every broadcasting operator: element by element where both operands have the result's type, else with strides that
/// repeat elements.
struct BroadcastingRule: SingleRule {
    let function: Expression.Binary

    init(_ operation: any BroadcastingOperator) { function = operation.function }

    private var elementwise: ElementwiseRule { ElementwiseRule(.binary(function, .operand(0), .operand(1))) }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { elementwise.order(site, isPlain: isPlain) }

    func companions(_ site: Site) -> [ValueID] { elementwise.companions(site) }

    func operandsInPlace(_ site: Site) -> [ValueID] { elementwise.operandsInPlace(site) }

    func wholeForm(_ site: Site) -> WholeForm? { elementwise.wholeForm(site) }

    func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let shape = try lowering.sampleShape(site.results[0])
        guard !site.hasOneType, !lowering.layouts.isBlocked(site.results[0]), shape.count <= 6,
            let step = function.step,
            (site.operands + site.results).allSatisfy({ site.type($0).elementType == .f32 })
        else { return try elementwise.emit(site, into: &lowering) }
        let result = try lowering.makeOutput(site.results[0])
        var places: [Place] = []
        var strides: [(six: BroadcastParameters.Six, sample: Int32)] = []
        for operand in site.operands {
            let own = BroadcastParameters.strides(of: try lowering.sampleShape(operand), over: shape)
            let six = BroadcastParameters.six(own, filling: 0)
            if site.isDynamic(operand) {
                let source = try lowering.readableOperand(operand)
                places.append(source.place)
                strides.append((six, source.layout.sampleStride))
            } else {
                places.append(.fixed(try lowering.wholeValue(operand).place))
                strides.append((six, 0))
            }
        }
        var parameters = BroadcastParameters(operation: step)
        parameters.extents = BroadcastParameters.six(shape, filling: 1)
        parameters.firstStrides = strides[0].six
        parameters.firstSampleStride = strides[0].sample
        parameters.secondStrides = strides[1].six
        parameters.secondSampleStride = strides[1].sample
        parameters.destinationStrides = BroadcastParameters.six(
            BroadcastParameters.strides(of: shape, over: shape), filling: 0)
        parameters.destinationSampleStride = result.layout.sampleStride
        lowering.emit(.broadcast, places + [result.place], parameters, label: site.name)
    }
}

extension BroadcastParameters {
    /// Strides that repeat an operand of `shape` over `target`, aligned at the last dimension; outermost first.
    static func strides(of shape: [Int], over target: [Int]) -> [Int] {
        var strides = [Int](repeating: 0, count: target.count)
        var stride = 1
        for (index, extent) in shape.enumerated().reversed() {
            let place = index + target.count - shape.count
            if place >= 0 { strides[place] = extent == 1 && target[place] != 1 ? 0 : stride }
            stride *= extent
        }
        return strides
    }

    /// The numbers with `filling` before them.
    ///
    /// - Precondition: there are at most six.
    static func six(_ numbers: [Int], filling: Int) -> Six {
        let all = (Array(repeating: filling, count: 6 - numbers.count) + numbers).map(Int32.init)
        return (all[0], all[1], all[2], all[3], all[4], all[5])
    }

    /// Throws where a sample has more dimensions than the instruction.
    static func checkRank(_ shape: [Int], _ site: Site) throws(LoweringError) {
        guard shape.count <= 6 else { throw site.unsupported("takes at most six dimensions beside the batch") }
    }
}
