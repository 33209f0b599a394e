/// What instructions have that are convolutions of words.
package protocol WordConvolutionParameters: BitwiseCopyable {
    var convolution: ConvolutionParameters { get set }
}

extension WordConvolutionParameters {
    /// The bytes of these parameters with another convolution.
    func bytes(with convolution: ConvolutionParameters) -> [UInt8] {
        var other = self
        other.convolution = convolution
        return ParameterBytes(other).bytes
    }
}
