import ApusGraph
import ApusInstructions
import ApusPlan

// Images with a number for each channel, as a bias is: they stay in blocks.
extension ElementwiseRule {
    /// The operands that are images of the result's type, where the others are parameters with a number for each channel or one
    /// for all; empty where something else is among them.
    func images(_ site: Site) -> [ValueID] {
        let result = site.type(site.results[0])
        guard result.rank == 4, result.elementType == .f32, expression.isFiniteEverywhere, !site.hasOneType,
            site.isDynamic(site.results[0])
        else { return [] }
        let images = site.operands.filter { site.isDynamic($0) }
        let vectors = site.operands.filter { !site.isDynamic($0) }
        guard images.allSatisfy({ site.type($0) == result }), images.count + vectors.count == site.operands.count,
            vectors.allSatisfy({ site.type($0).isChannelVector(of: result) })
        else { return [] }
        return images
    }

    /// Computes blocked images pixel by pixel, with the vectors of all channels beside them.
    func emitImages(_ site: Site, into lowering: inout Lowering) throws(LoweringError) {
        let result = try lowering.makeResult(site.results[0])
        let layout = result.layout
        let lanes = Int(layout.channelBlock)
        func image(_ stored: Stored) -> StridedOperand {
            let layout = stored.layout
            var operand = StridedOperand(
                stored, strides: [layout.blockStride, layout.rowStride, lanes, 1], offset: layout.origin)
            operand.sampleStride = Int(layout.sampleStride)
            return operand
        }
        let program = try program(site)
        var sources: [StridedOperand] = []
        for index in program.sources {
            let operand = site.operands[index]
            if site.isDynamic(operand) {
                sources.append(image(try lowering.blockedOperand(operand)))
            } else {
                let isOne = try lowering.sampleShape(operand).reduce(1, *) == 1
                let place = isOne ? try lowering.wholeValue(operand).place : try lowering.paddedVector(operand)
                var stored = result
                stored.place = .fixed(place)
                stored.imageCount = 1
                stored.layout.sampleStride = 0
                sources.append(StridedOperand(stored, strides: isOne ? [0, 0, 0, 0] : [lanes, 0, 0, 1]))
            }
        }
        try lowering.emitMap(
            program.program, [layout.blocks, Int(layout.height), Int(layout.width), lanes], from: sources,
            to: image(result), site, repeats: result.imageCount)
        lowering.clearBorder(result, label: site.name)
    }
}

extension TensorType {
    /// Whether it has one number for each channel of images `[N, C, H, W]`, or one for all.
    func isChannelVector(of image: TensorType) -> Bool {
        guard elementType == image.elementType, rank <= 4, !dimensions.contains(where: { $0.number == nil }) else {
            return false
        }
        let missing = 4 - rank
        return dimensions.enumerated().allSatisfy { axis, extent in
            extent == 1 || axis + missing == 1 && extent == image.dimensions[1]
        }
    }
}
