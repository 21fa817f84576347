#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace postern {

/// Overwrites \a size bytes, whatever the compiler thinks of it.
void cleanse(void* bytes, std::size_t size);

/// Text that leaves nothing in memory that is given back: private keys, keys of tickets. A value, on any
/// thread.
class SecretText
{
public:
    SecretText() = default;
    // Implicit: any text may be kept like this. NOLINTBEGIN(google-explicit-constructor)
    SecretText(std::string_view text) { append(text); }
    SecretText(const std::string& text) : SecretText(std::string_view(text)) {}
    SecretText(const char* text) : SecretText(std::string_view(text)) {}
    // NOLINTEND

    void append(std::string_view text) { m_bytes.insert(m_bytes.end(), text.begin(), text.end()); }
    void clear() { m_bytes = {}; }
    [[nodiscard]] const char* data() const { return m_bytes.data(); }
    [[nodiscard]] std::size_t size() const { return m_bytes.size(); }
    [[nodiscard]] bool empty() const { return m_bytes.empty(); }
    operator std::string_view() const { return {m_bytes.data(), m_bytes.size()}; }

    friend bool operator==(const SecretText&, const SecretText&) = default;

private:
    /// A vector's and not a string's: nothing is kept inside the object, where no allocator sees it.
    template<typename T>
    struct Cleansing
    {
        using value_type = T;
        [[nodiscard]] T* allocate(std::size_t count) { return std::allocator<T>().allocate(count); }
        void deallocate(T* first, std::size_t count)
        {
            cleanse(first, count * sizeof(T));
            std::allocator<T>().deallocate(first, count);
        }
        friend bool operator==(const Cleansing&, const Cleansing&) { return true; }
    };

    std::vector<char, Cleansing<char>> m_bytes;
};

} // namespace postern
