@rem Removes the COM class: run as administrator.
@regsvr32 /u "%~dp0paywall_com.dll"
