// What convolutions of bytes have in common.

extension QuantizedConvolutionParameters {
    /// Checks what is made of sums. Gives the addend's image.
    func checkResults(of checked: CheckedConvolution, lanes: Int) throws(ParameterError) -> CheckedImage {
        let addend = try CheckedImage(convolution.addend, "addend")
        try require(
            addend.hasSameSize(as: checked.destination) && addend.block == lanes,
            "the addend is not of the destination's image in blocks of \(lanes)")
        try require(
            convolution.activation == 0 && convolution.argmaxStride == 0, "there is an activation or an argmax")
        try checkRounding(
            floor: convolution.floor, ceiling: convolution.ceiling, zeroPoint: zeroPoint, resultBytes: resultBytes)
        _ = try check(addendZeroPoint, 0...255, "the addend's zero point")
        return addend
    }

    /// By rows of the result.
    func rowPartition(of checked: CheckedConvolution, sharedBytes: Int) -> Partition {
        let whole = self
        return Partition(.rows, units: checked.destination.height, sharedBytes: sharedBytes, isContiguous: false) {
            units in
            var part = whole
            part.convolution = whole.convolution.withRows(units, hasAddend: true)
            return Partition.Part(
                parameters: ParameterBytes(part).bytes, offsets: [Int](repeating: 0, count: 6))
        }
    }
}
