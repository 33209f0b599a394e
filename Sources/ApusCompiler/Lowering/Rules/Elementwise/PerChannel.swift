import ApusGraph
import ApusInstructions
import ApusPlan

// Images with a number for each channel, as a bias is: they stay in blocks.
extension ElementwiseRule {
    /// The operands that are images of the result's type, where the others have a number for each channel of each image, or are
    /// parameters with a number for each channel or one for all; empty where something else is among them.
    func images(_ site: Site) -> [ValueID] {
        let result = site.type(site.results[0])
        let divisors = site.operands.indices.filter {
            !site.isDynamic(site.operands[$0]) && site.type(site.operands[$0]).isOneNumber
        }
        guard result.rank == 4, result.elementType == .f32, expression.isFinite(dividingBy: Set(divisors)),
            !site.hasOneType, site.isDynamic(site.results[0])
        else { return [] }
        var images: [ValueID] = []
        for operand in site.operands {
            let type = site.type(operand)
            if site.isDynamic(operand), type == result {
                images.append(operand)
            } else {
                let isVector =
                    site.isDynamic(operand)
                    ? type.hasNumber(forChannelsOf: result) : type.isChannelVector(of: result)
                if !isVector { return [] }
            }
        }
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
            if site.isDynamic(operand), site.type(operand) == site.type(site.results[0]) {
                sources.append(image(try lowering.blockedOperand(operand)))
            } else if site.isDynamic(operand) {
                let stored = try lowering.blockedOperand(operand)
                var numbers = StridedOperand(
                    stored, strides: [stored.layout.blockStride, 0, 0, 1], offset: stored.layout.origin)
                numbers.sampleStride = Int(stored.layout.sampleStride)
                sources.append(numbers)
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
        let extents = [layout.blocks, Int(layout.height), Int(layout.width), lanes]
        if case .binary(let function, .operand(0), .operand(1)) = expression, let step = function.step {
            lowering.emitBroadcast(step, extents, sources, to: image(result), site, repeats: result.imageCount)
        } else {
            try lowering.emitMap(
                program.program, extents, from: sources, to: image(result), site, repeats: result.imageCount)
        }
        lowering.clearBorder(result, label: site.name)
    }
}

extension Lowering {
    /// One function of two operands, in up to six loops.
    fileprivate mutating func emitBroadcast(
        _ function: ElementwiseStep.Operation, _ extents: [Int], _ sources: [StridedOperand],
        to destination: StridedOperand, _ site: Site, repeats: Int
    ) {
        var parameters = BroadcastParameters(operation: function)
        parameters.extents = BroadcastParameters.six(extents, filling: 1)
        parameters.firstStrides = BroadcastParameters.six(sources[0].strides, filling: 0)
        parameters.firstSampleStride = Int32(sources[0].sampleStride)
        parameters.secondStrides = BroadcastParameters.six(sources[1].strides, filling: 0)
        parameters.secondSampleStride = Int32(sources[1].sampleStride)
        parameters.destinationStrides = BroadcastParameters.six(destination.strides, filling: 0)
        parameters.destinationSampleStride = Int32(destination.sampleStride)
        emit(
            .broadcast, [sources[0].place, sources[1].place, destination.place], parameters, label: site.name,
            repeats: repeats)
    }
}

extension TensorType {
    /// Whether it has one number for each channel of each of the images `[N, C, H, W]`: it is `[N, C, 1, 1]`.
    fileprivate func hasNumber(forChannelsOf images: TensorType) -> Bool {
        elementType == images.elementType && dimensions == [images.dimensions[0], images.dimensions[1], 1, 1]
    }

    /// Whether it has one element.
    var isOneNumber: Bool { dimensions.allSatisfy { $0 == 1 } }

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
