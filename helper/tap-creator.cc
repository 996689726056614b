/*
 * Copyright (c) 2026 The global-ip-tunneling authors
 *
 * SPDX-License-Identifier: GPL-2.0-only
 */

#include "tap-creator.h"

#ifdef GIPT_HAS_TAP_BRIDGE

#include <algorithm>
#include <cstdlib>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace ns3
{
namespace gipt
{

namespace
{

/**
 * @brief The path that is written in a library.
 * @param binary path of the library
 * @return the path of the tap-creator, or nothing
 */
std::string
ReadPath(const std::filesystem::path& binary)
{
    std::ifstream file(binary, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    const std::string word = "tap-creator";
    for (auto at = content.find(word); at != std::string::npos; at = content.find(word, at + 1))
    {
        const auto begin = content.rfind('\0', at) + 1;
        if (content[begin] == '/' && content[at + word.size()] == '\0')
        {
            return content.substr(begin, at + word.size() - begin);
        }
    }
    return "";
}

/**
 * @brief Whether a program can be run.
 * @param path the program
 * @return true when it can
 */
bool
IsProgram(const std::filesystem::path& path)
{
    std::error_code problem;
    return std::filesystem::is_regular_file(path, problem) && access(path.c_str(), X_OK) == 0;
}

} // namespace

bool
MendCreator(const void* code, std::string& error)
{
    // Not "library": the wheel's Python loader takes each text in the file that begins with "lib"
    // for a library that it must find, names in debug information, too.
    Dl_info binary{};
    const std::string wanted =
        dladdr(code, &binary) && binary.dli_fname ? ReadPath(binary.dli_fname) : "";
    if (wanted.empty())
    {
        return true; // a TapBridge that does without: let it try
    }
    const std::filesystem::path path(wanted);
    const auto folder = std::filesystem::path(binary.dli_fname).parent_path();
    std::error_code problem;
    if (IsProgram(folder / ".." / "libexec" / "ns3" / path.filename()))
    {
        const char* before = std::getenv("LD_LIBRARY_PATH");
        const std::string folders = folder.string() + (before ? std::string(":") + before : "");
        if (!before || std::string(before).find(folder.string()) == std::string::npos)
        {
            setenv("LD_LIBRARY_PATH", folders.c_str(), 1);
        }
    }
    if (IsProgram(path))
    {
        return true;
    }
    std::vector<std::filesystem::path> places{folder / ".." / "libexec" / "ns3",
                                              folder / ".." / ".." / "libexec" / "ns3",
                                              "/usr/libexec/ns3",
                                              "/usr/local/libexec/ns3"};
    for (const auto& place : places)
    {
        const auto found = place / path.filename();
        if (!IsProgram(found))
        {
            continue;
        }
        const auto target = std::filesystem::canonical(found, problem);
        std::filesystem::create_directories(path.parent_path(), problem);
        std::filesystem::remove(path, problem); // a link that leads nowhere
        std::filesystem::create_symlink(target, path, problem);
        if (!IsProgram(path))
        {
            error = "TapBridge looks for its tap-creator where it is not: as root, mkdir -p " +
                    path.parent_path().string() + " && ln -sf " + target.string() + " " + wanted;
        }
        return IsProgram(path);
    }
    error = "TapBridge needs its tap-creator at " + wanted +
            ", and this ns-3 has none: install it (Debian: ns3), or use tap: in place of TapBridge";
    return false;
}

void
CloseTap(int fd)
{
    close(fd);
}

} // namespace gipt
} // namespace ns3

#endif // GIPT_HAS_TAP_BRIDGE
