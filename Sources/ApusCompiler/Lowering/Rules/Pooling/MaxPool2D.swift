import ApusGraph
import ApusInstructions

/// The maximum of each window, of blocked images.
struct MaxPool2DRule: OperatorRule {
    let pool: MaxPool2D

    init(_ operation: MaxPool2D) { pool = operation }

    func order(_ site: Site, isPlain: (ValueID) -> Bool) -> ElementOrder { .blocked }

    /// What lies between convolutions of bf16 stays so.
    func computesBFloat16(_ site: Site) -> Bool {
        func isConvolution(_ other: Site) -> Bool {
            other.rule is any ForwardConvolutionRule && other.rule.computesBFloat16(other)
        }
        let readers = site.readers(of: site.results[0])
        guard site.context.compute == .bf16, !site.context.isOutput(site.results[0]), !readers.isEmpty,
            let producer = site.producer(of: site.operands[0])
        else { return false }
        return isConvolution(producer) && readers.allSatisfy(isConvolution)
    }

    func takesBFloat16(_ site: Site) -> Bool { makesBFloat16(site) }

    /// The same of convolutions that may be of bf16.
    func makesBFloat16(_ site: Site) -> Bool {
        let producer = site.producer(of: site.operands[0])
        return producer.map { $0.rule is any ForwardConvolutionRule && $0.rule.makesBFloat16($0) } ?? false
    }

    func candidates(_ site: Site, _ layouts: LayoutChoice) -> [Candidate] {
        let isBFloat16 = computesBFloat16(site)
        var candidate = Candidate(name: isBFloat16 ? "bf16" : MaxPool2D.name) {
            (lowering: inout Lowering) throws(LoweringError) in
            try isBFloat16 ? emitBFloat16(site, into: &lowering) : emit(site, into: &lowering)
        }
        if isBFloat16 { candidate.bfloatOperands = [0] }
        return [candidate]
    }

    private func emitBFloat16(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.bfloatOperand(site.operands[0], border: Border(), isBlocked: true)
        let result = try lowering.makeBFloatResult(site.results[0])
        let parameters = PoolParameters(
            source: source.layout, destination: result.layout, window: pool.window, stride: pool.stride,
            geometry: source.layout.geometry(of: pool))
        lowering.emit(
            .bfloat16MaxPool, [source.place, result.place], parameters, label: site.name, repeats: source.imageCount)
        lowering.clearBFloatBorder(result, label: site.name)
    }

    private func emit(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let source = try lowering.blockedOperand(site.operands[0])
        let result = try lowering.makeResult(site.results[0])
        let parameters = PoolParameters(
            source: source.layout, destination: result.layout, window: pool.window, stride: pool.stride,
            geometry: source.layout.geometry(of: pool))
        lowering.emit(
            .maxPool, [source.place, result.place, .none], parameters, label: site.name, repeats: source.imageCount)
        lowering.clearBorder(result, label: site.name)
    }
}
