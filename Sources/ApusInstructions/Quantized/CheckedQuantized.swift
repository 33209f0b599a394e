// What convolutions of bytes have in common.

extension QuantizedConvolutionParameters {
    /// Checks what is made of sums.
    func checkResults() throws(ParameterError) {
        try checkRounding(
            floor: convolution.floor, ceiling: convolution.ceiling, zeroPoint: zeroPoint, resultBytes: resultBytes)
        _ = try check(addendZeroPoint, 0...255, "the addend's zero point")
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
