// What C passes, read with care: nothing of it is believed but that an address that isn't NULL can be read.

/// A text.
///
/// - Parameter name: what the argument is called, for the error.
func readText(_ pointer: UnsafePointer<CChar>?, _ name: String) throws(Failure) -> String {
    guard let pointer = unsafe pointer else { throw .invalidArgument("\(name) is NULL; give a text") }
    guard let text = unsafe String(validatingCString: pointer) else {
        throw .invalidArgument("\(name) is not UTF-8; give a text that is")
    }
    return text
}

/// How many elements a list of C may have.
private let listLimit = 1 << 16

/// Reads a list that is an address and a number.
func readList<Element>(
    _ pointer: UnsafePointer<Element>?, count: Int, _ name: String, _ read: (Element) throws(Failure) -> Void
) throws(Failure) {
    guard 0...listLimit ~= count else {
        throw .invalidArgument("\(name) has \(UInt(bitPattern: count)) elements; give at most \(listLimit)")
    }
    if count == 0 { return }
    guard let pointer = unsafe pointer else {
        throw .invalidArgument("\(name) is NULL and has \(count) elements; give their address")
    }
    for index in 0..<count { try unsafe read(pointer[index]) }
}

/// Bytes that a structure of any version may have.
private let structureLimit = 4096

/// The size that the caller has set of a structure, whose first field it is.
private func readSize<Fields>(
    _ pointer: UnsafePointer<Fields>, _ name: String
) throws(Failure) -> Int {
    let size = unsafe UnsafeRawPointer(pointer).load(as: UInt.self)
    // The first version's fields are there in each. Once there are more, this is the size of the first version.
    guard size >= MemoryLayout<Fields>.size, size <= structureLimit else {
        throw .invalidArgument("the size of \(name) is \(size); set it to sizeof(\(name))")
    }
    return Int(size)
}

/// A structure that begins with its size, as far as it is known here.
///
/// - Throws: where the size is none, or fields are set that only a later version has.
func readStructure<Fields>(_ pointer: UnsafePointer<Fields>, _ name: String) throws(Failure) -> Fields {
    let size = try unsafe readSize(pointer, name)
    let bytes = unsafe UnsafeRawBufferPointer(start: UnsafeRawPointer(pointer), count: size)
    guard unsafe bytes[MemoryLayout<Fields>.size...].allSatisfy({ $0 == 0 }) else {
        throw .invalidArgument(
            "\(name) asks for what this version of the library doesn't know; install a later one, or leave it zero")
    }
    return unsafe pointer.pointee
}

/// Fills in a structure that begins with its size. What is beyond the fields that are known here becomes zero.
///
/// - Parameter fields: all of them; the size stays the caller's.
func writeStructure<Fields>(
    _ fields: Fields, to pointer: UnsafeMutablePointer<Fields>?, _ name: String
) throws(Failure) {
    guard let pointer = unsafe pointer else { throw .invalidArgument("\(name) is NULL; give a structure to fill in") }
    let size = try unsafe readSize(UnsafePointer(pointer), name)
    let bytes = UnsafeMutableRawPointer(pointer)
    unsafe pointer.pointee = fields
    unsafe bytes.storeBytes(of: UInt(size), as: UInt.self)
    let known = MemoryLayout<Fields>.size
    unsafe (bytes + known).initializeMemory(as: UInt8.self, repeating: 0, count: size - known)
}

/// Where a result goes.
///
/// - Parameter name: what the argument is called, for the error.
func readPlace<Value>(
    _ pointer: UnsafeMutablePointer<Value>?, _ name: String
) throws(Failure) -> UnsafeMutablePointer<Value> {
    guard let pointer = unsafe pointer else {
        throw .invalidArgument("\(name) is NULL; give the address of a variable for the result")
    }
    return unsafe pointer
}
