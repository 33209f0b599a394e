// What convolutions of bytes have in common.

extension QuantizedConvolutionParameters {
    /// Checks what is made of sums.
    func checkResults() throws(ParameterError) {
        try checkRounding(
            floor: convolution.floor, ceiling: convolution.ceiling, zeroPoint: zeroPoint, resultBytes: resultBytes)
        _ = try check(addendZeroPoint, 0...255, "the addend's zero point")
    }
}
