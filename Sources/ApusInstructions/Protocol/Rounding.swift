extension Int {
    /// The smallest multiple of `step` that is not below this number, which is not negative.
    package func roundedUp(to step: Int) -> Int { (self + step - 1) / step * step }
}
